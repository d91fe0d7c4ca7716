import Foundation

/// The trained models that come with the package: quantized graphs, weights packed at their own
/// width.
///
/// `Resources/README.md` says how they were made.
public enum DemoModel {
  /// The widths of weights and activations for which there is a model, the main one first.
  public static let widths = [3, 2, 8]

  /// The packed model of `bits` bits.
  public static func path(bits: Int) -> String {
    Bundle.module.bundlePath + "/Resources/surface-w\(bits)a\(bits).intaglio"
  }
}
