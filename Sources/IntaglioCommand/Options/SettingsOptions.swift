import ArgumentParser

/// What a model file does not say of itself.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: """
      A JSON file with the model metadata that weights lack: "mean", "std", "input_size", "crop_pct", \
      "interpolation", "classes", "num_heads". Without it, NAME.json or config.json beside the model; a \
      packed model carries its own.
      """,
    completion: .file()
  )
  var config: String?

  @Option(
    help: """
      The output that holds the logits; when absent the only one, the one called 'logits', or the only \
      one that has a row for every image. A packed model keeps it.
      """
  )
  var logits: String?
}
