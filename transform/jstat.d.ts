declare module "jstat" {
  const jstat: {
    gamma: {
      /** Quantile of the gamma distribution. */
      inv: (share: number, shape: number, scale: number) => number;
    };
  };
  export default jstat;
}
