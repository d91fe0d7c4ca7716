import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioDemo

/// The demo's model that `demo:BITS` names, with images drawn for it.
struct EmbeddedDemo {
  let bits: Int

  /// `nil` when `name` is of another form.
  ///
  /// - Throws: `ValidationError` when there is no model of that width.
  init?(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "demo" else { return nil }
    guard let bits = Int(parts[1]), DemoModel.widths.contains(bits) else {
      let widths = DemoModel.widths.sorted().map { "demo:\($0)" }.joined(separator: ", ")
      throw ValidationError("\(name): the embedded demo has \(widths)")
    }
    self.bits = bits
  }

  var path: String { DemoModel.path(bits: bits) }

  /// Inputs of the model, of fresh images.
  func samples(_ count: Int, _ model: Model) throws -> [[Float]] {
    let preprocessing = try model.preprocessing()
    return try Demo(count: count).images().images.map { try preprocessing.apply(to: $0) }
  }
}
