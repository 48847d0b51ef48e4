declare module "jstat" {
  const jstat: {
    beta: {
      /** Quantile of the beta distribution; its last digits from the ninth on are not to be trusted. */
      inv: (share: number, alpha: number, beta: number) => number;
    };
    gamma: {
      /** Quantile of the gamma distribution. */
      inv: (share: number, shape: number, scale: number) => number;
    };
    normal: {
      /** Quantile of the normal distribution. */
      inv: (share: number, mean: number, deviation: number) => number;
    };
  };
  export default jstat;
}
