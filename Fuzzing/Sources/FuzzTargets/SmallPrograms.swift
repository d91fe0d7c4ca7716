import Intaglio
import IntaglioGraph
import IntaglioImport
import IntaglioRewrite
import IntaglioTestSupport

/// Integer programs of a tiny Vision Transformer, with and without floats.
enum SmallPrograms {
  static func all() throws -> [Graph] {
    let folder = try TemporaryFolder()
    let model = try Model(contentsOf: Checkpoint.tiny.write(to: folder))
    let integers: [ProgramOptions.Nonlinear] = [
      .integer(IntegerOnlyOptions()),
      .integer(IntegerOnlyOptions(norms: .fixedPoint, exponential: .shiftmax)),
      .integer(IntegerOnlyOptions(streamBits: 12, exponential: .base2Product)),
    ]
    return try ([.float] + integers).map { nonlinear in
      try Program(model, ProgramOptions(nonlinear: nonlinear)).model.graph
    }
  }
}

extension Checkpoint {
  /// A Q-ViT of one block.
  static var tiny: Checkpoint {
    var checkpoint = Checkpoint.qvit
    for name in checkpoint.shapes.keys where name.hasPrefix("blocks.1.") {
      checkpoint.shapes[name] = nil
      checkpoint.values[name] = nil
    }
    return checkpoint
  }
}
