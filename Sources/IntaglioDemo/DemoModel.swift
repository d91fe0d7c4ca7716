import Foundation

/// The trained models that come with the package: quantized graphs, weights packed at their own width.
///
/// `Resources/README.md` says how they were made.
public enum DemoModel {
  /// The widths of weights and activations for which there is a model.
  public static let widths = [2, 3, 8]

  /// The packed model of `bits` bits.
  public static func path(bits: Int) -> String {
    let name = "surface-w\(bits)a\(bits).intaglio"
    return Bundle.module.resourceURL?.appendingPathComponent("Resources/\(name)").path ?? name
  }
}
