import Foundation
import IntaglioData

/// The trained models that come with the package: quantized graphs, weights packed at their own
/// width.
///
/// `Resources/README.md` says how they were made.
public enum DemoModel {
  /// The widths of weights and activations for which there is a model, the main one first.
  public static let widths = [3, 2, 8]

  /// The packed model of `bits` bits: in the bundle beside the executable or the library that this code
  /// is part of, else where it was built.
  public static func path(bits: Int) -> String {
    let name = "surface-w\(bits)a\(bits).intaglio"
    let places = [Bundle.main.bundlePath, ownBinaryFolder()].compactMap { folder in
      folder.map { "\($0)/intaglio_IntaglioDemo.resources/Resources" }
    }
    let sources = URL(filePath: #filePath).deletingLastPathComponent().path + "/Resources"
    let paths = (places + [sources]).map { "\($0)/\(name)" }
    return paths.first(where: FileManager.default.fileExists) ?? paths[0]
  }
}
