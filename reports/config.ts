import { z } from "zod";

/** Languages the site has words for, with the locale of their numbers and dates. */
export const siteLanguages = {
  fr: { name: "Français", locale: "fr-FR" },
  en: { name: "English", locale: "en-GB" },
} as const;

export type SiteLanguage = keyof typeof siteLanguages;

const languageSchema = z.enum(Object.keys(siteLanguages) as [SiteLanguage, ...SiteLanguage[]]);

const idSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "expected lower-case letters, digits and single hyphens");

const nameSchema = z.union([
  z.string().min(1),
  z.strictObject({ fr: z.string().min(1), en: z.string().min(1) }),
]);

/** `languages:` of vigie.yaml; the first is the site's default. */
export const languagesSchema = z
  .array(languageSchema)
  .min(1)
  .refine(
    (languages) => new Set(languages).size === languages.length,
    "expected each language once",
  )
  .default(["fr", "en"]);

/** One entry of `audiences:` in vigie.yaml. A static site has no access control: the cut is here. */
export const audienceSchema = z.strictObject({
  /** Folder name of the audience's site. */
  id: idSchema,
  /** Text, or one text per language. Default: the id. */
  name: nameSchema.optional(),
  /** Entities whose subtrees the audience sees. */
  entities: z.array(z.string().min(1)).min(1),
  /** Default: the site's languages. */
  languages: z.array(languageSchema).min(1).optional(),
  /** Whether tickets (not only aggregates) may be in the files. Default: false. */
  ticket_access: z.boolean().default(false),
});

export type AudienceConfig = z.infer<typeof audienceSchema>;
