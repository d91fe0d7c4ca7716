import IntaglioData
import IntaglioGraph

extension ONNXFile {
  /// The graph with what the configuration says about it; `choice` names the output that holds the
  /// logits, where there are several.
  ///
  /// An image is a real first input of shape
  /// `[batch, channels, height, width]`; how to prepare one is known only where the configuration,
  /// or the model's own metadata, states `mean` and `std`.
  ///
  /// - Throws: `ImportError` for a configuration that contradicts the graph.
  func imported(
    _ configuration: ModelConfiguration,
    logits choice: String?
  ) throws(ImportError) -> ImportedModel {
    var image: ImageExtents?
    if let input = graph.inputs.first {
      let type = graph.type(of: input)
      let isLast = type.hasChannelsLast
      if isLast, configuration.states("mean", "image_mean", "std", "image_std", "do_normalize") {
        throw .unsupported(
          file: configuration.file,
          place: "input \(graph.label(of: input))",
          feature: "an image with its channels last, \(type.shape),",
          advice:
            "export the model with the input [batch, channels, height, width], or leave mean and "
            + "std out and run arrays (.npy)"
        )
      }
      if type.shape.count == 4, !type.isInteger, !isLast {
        image = ImageExtents(channels: type.shape[1], size: Array(type.shape[2...]))
      }
    }
    var description = try configuration.description(
      name: configuration.string("name", "architecture"),
      format: .onnx,
      image: image,
      classes: (try? graph.logits(choice))?.classes,
      required: false
    )
    description.notes += notes
    return ImportedModel(graph: graph, description: description, format: .onnx)
  }
}
