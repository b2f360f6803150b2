/** The engine's version: a link made by another one may run differently. The same as package.json's, which a test compares. */
export const engineVersion = "0.1.0";
