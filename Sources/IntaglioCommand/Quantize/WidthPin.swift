import ArgumentParser
import Intaglio
import IntaglioQuantize

/// `LAYER=W/A`: the widths of one layer, or of all whose names begin with it.
struct WidthPin: ExpressibleByArgument {
  let layer: String
  let weights: Int
  let activations: Int

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    let widths = parts[1].split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard widths.count == 2, let weights = widths[0], let activations = widths[1] else {
      return nil
    }
    layer = String(parts[0])
    (self.weights, self.activations) = (weights, activations)
  }

  /// States widths in `options`: the recipe's, then those of `pins`.
  ///
  /// - Throws: `ValidationError` for a pin that fits no layer, and what reading the recipe throws.
  static func apply(
    _ pins: [WidthPin],
    _ recipe: String?,
    to options: inout QuantizeOptions,
    of model: Model
  ) throws {
    if let recipe { options.layers = try QuantizationRecipe(contentsOf: recipe).layers }
    guard !pins.isEmpty else { return }
    let layers = try QuantizedModel.layers(of: model, options)
    for pin in pins {
      let named = layers.filter { $0.name == pin.layer || $0.name.hasPrefix(pin.layer + ".") }
      guard !named.isEmpty else {
        throw ValidationError(
          "--pin: no layer is called '\(pin.layer)', and no name begins with it; expected one of "
            + layers.map(\.name).joined(separator: ", ")
        )
      }
      for layer in named {
        options.layers[layer.name] = LayerWidths(
          weights: layer.widths.weights == nil ? nil : pin.weights,
          activations: pin.activations
        )
      }
    }
  }
}
