import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioImport

/// What a command of hardware is given: a file, the embedded demo or an architecture.
enum NamedModel {
  case file(String)
  /// `demo:BITS`.
  case demo(bits: Int)
  /// `deit-s:3`.
  case architecture(String, bits: Int)

  /// - Throws: `ValidationError` when the number behind a colon does not fit.
  init(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts[0] == "demo" || ViTArchitecture.isName(parts[0]) else {
      self = .file(name)
      return
    }
    if parts[0] == "demo" {
      guard let bits = Int(parts[1]), DemoModel.widths.contains(bits) else {
        let widths = DemoModel.widths.sorted().map { "demo:\($0)" }.joined(separator: ", ")
        throw ValidationError("\(name): the embedded demo has \(widths)")
      }
      self = .demo(bits: bits)
    } else {
      guard let bits = Int(parts[1]), (2...8).contains(bits) else {
        throw ValidationError("\(name): expected 2 to 8 bits behind the colon")
      }
      self = .architecture(parts[0], bits: bits)
    }
  }

  /// The demo at every width.
  static var demos: [String] { DemoModel.widths.sorted().map { "demo:\($0)" } }

  /// The integer-only program, with norms as `norms` says where it is not yet one.
  func program(norms: NormChoice, threads: Int) throws -> Program {
    try program(
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions(norms: norms.arithmetic))),
      threads: threads
    )
  }

  /// The program that `options` make of it.
  func program(_ options: ProgramOptions, threads: Int) throws -> Program {
    switch self {
    case .file(let path):
      return try Program(Model(contentsOf: path), options, threads: threads)
    case .demo(let bits):
      return try Program(
        Model(contentsOf: DemoModel.path(bits: bits)),
        options,
        threads: threads
      )
    case .architecture(let name, let bits):
      return try Program(ViTArchitecture(named: name, bits: bits), options, threads: threads)
    }
  }

  /// Inputs of the whole model: images of its own for the demo, those of `folder`, or noise without one.
  func samples(
    _ count: Int,
    of model: Model,
    in folder: String?,
    seed: UInt64 = 1
  ) throws -> [[Float]] {
    if case .demo = self {
      let preprocessing = try model.preprocessing()
      return try Demo(count: count).images().images.map { try preprocessing.apply(to: $0) }
    }
    if let folder {
      let images = try DataSet.open(directory: folder, split: .test, limit: count)
      let samples = try (0..<images.count).map { try model.sample(images, at: $0) }
      return try model.passes(of: samples)
    }
    let size = model.graph.inputs.first.map { model.graph.type(of: $0).count } ?? 0
    return (0..<count).map { RandomImages.draw(1, size: size, seed: seed + UInt64($0)) }
  }
}
