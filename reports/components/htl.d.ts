declare module "htl" {
  type Tag<E extends Element> = (strings: TemplateStringsArray, ...values: unknown[]) => E;
  export const html: Tag<HTMLElement> & {
    fragment: (s: TemplateStringsArray, ...v: unknown[]) => DocumentFragment;
  };
  export const svg: Tag<SVGElement>;
}
