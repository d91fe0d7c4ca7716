import IntaglioFloat32
public import IntaglioGraph
import IntaglioNumerics

/// What narrow operands do to the answers, one multiplication at a time, everything else as the float model has
/// it: the mean divergence of the outputs on a few calibration samples.
public struct WidthSensitivity: Sendable, Codable {
  /// By the name of the multiplication; none of products of activations.
  public var weights: [String: WidthCurve] = [:]
  public var activations: [String: WidthCurve] = [:]

  public init() {}

  /// The widths at which it is measured.
  public static let widths = [3, 4, 6]
  /// How many samples find the codes of a trial, and how many of them are looked at.
  static let (samples, outputs) = (48, 16)
}

extension PostTrainingQuantizer {
  /// Measures every multiplication but the first and the last.
  ///
  /// - Parameters:
  ///   - graph: a float graph.
  ///   - samples: inputs that calibrate it.
  ///   - threads: how many samples are in work at a time; the result does not depend on it.
  ///   - progress: told of every multiplication.
  /// - Returns: the divergence by bits of every multiplication.
  /// - Throws: as `quantize` does.
  public func sensitivity(
    of graph: Graph,
    calibratedOn samples: CalibrationSamples,
    threads: Int,
    progress: (@Sendable (Progress) -> Void)?
  ) throws -> WidthSensitivity {
    var quick = options
    // The float model's own numbers come in, so there is nothing to correct.
    quick.without.formUnion([.ridge, .tokenWeights])
    var quantizer = PostTrainingQuantizer(quick)
    quantizer.isTrial = true
    let some = samples.spread(to: WidthSensitivity.samples)
    let network = try Network(graph, some, quick, threads: threads)
    let plain = try Self.outputs(of: network, Decisions(), from: .begin)
    var (front, result) = (Front.begin, WidthSensitivity())
    for (index, site) in network.sites.enumerated() where !network.widths.layers[index].isEdge {
      progress?(Progress(layer: site.name, done: index, total: network.sites.count))
      if let cut = network.beginnings[index], cut != front.cut {
        front = try network.advance(front, to: cut)
      }
      func divergence(_ widths: LayerWidths, decidesWeights: Bool) throws -> Double {
        var trial = network.with(widths, at: site)
        try quantizer.decide(site, &trial, front, decidesWeights: decidesWeights)
        let found = try Self.outputs(of: trial, trial.decisions, from: front)
        return zip(plain, found).reduce(0) { $0 + Divergence.kullbackLeibler($1.0, $1.1) }
          / Double(max(plain.count, 1))
      }
      var (weights, activations) = ([Int: Double](), [Int: Double]())
      for bits in WidthSensitivity.widths {
        let narrow = LayerWidths(weights: 8, activations: bits)
        activations[bits] = try divergence(narrow, decidesWeights: false)
        guard network.widths.layers[index].widths.weights != nil else { continue }
        weights[bits] = try divergence(
          LayerWidths(weights: bits, activations: 8),
          decidesWeights: true
        )
      }
      result.activations[site.name] = WidthCurve(activations)
      if !weights.isEmpty { result.weights[site.name] = WidthCurve(weights) }
    }
    return result
  }

  /// The answers to some samples, one after the other.
  private static func outputs(
    of network: Network,
    _ decisions: Decisions,
    from front: Front
  ) throws -> [[Float]] {
    let targets = network.graph.outputs.map(\.value)
    let emitter = try Emitter(network.graph, decisions, from: front.cut, to: targets)
    var graph = emitter.graph
    for target in Set(targets) {
      if let image = emitter.images[target] { graph.addOutput("\(target.index)", image) }
    }
    let (program, answers) = (try Float32Program(graph), try Answers(graph))
    let (count, isFirst) = (network.samples.count, front.cut == nil)
    let looked = min(count, WidthSensitivity.outputs)
    return try ParallelMap(threads: network.threads).map(looked) { index in
      let sample = index * count / looked
      let values = isFirst ? try network.samples(sample) : front.float[sample]
      let input = isFirst ? network.input : Emitter.cut
      return answers.rows(try program.run([input: .real(values)]).outputs)
    }.flatMap { $0 }
  }
}
