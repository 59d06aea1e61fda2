/** What the environment says. */

/** Read and check the settings; throws when one that is needed is missing. */
export function readSettings(environment) {
  const needed = (name) => {
    if (!environment[name]) throw new Error(`${name} is not set`);
    return environment[name];
  };
  return {
    port: Number(needed("PORT")),
    dataDir: needed("DATA_DIR"),
    embeddings: {
      url: `${needed("EMBEDDINGS_URL")}/embeddings`,
      key: needed("EMBEDDINGS_API_KEY"),
      model: needed("EMBEDDINGS_MODEL"),
    },
  };
}
