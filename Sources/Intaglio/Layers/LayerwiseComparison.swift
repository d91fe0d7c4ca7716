public import IntaglioData
import IntaglioGraph
import IntaglioReport

/// Runs two sides over the same images and finds the layer where they part.
///
/// Each image runs through both sides left to themselves (cumulative), then through side b once
/// more with side a's values in every common layer (local), so that a difference is made by the
/// layer that shows it. One image per thread is in memory, and of each layer only sums are kept.
public struct LayerwiseComparison: Sendable {
  public let a: ComparisonSide
  public let b: ComparisonSide
  private let pairs: [ProbePair]
  /// The pairs of each slot of side a and of side b.
  private let places: (a: [Int: [Int]], b: [Int: [Int]])
  private let runners: (a: ComparisonSideRunner, b: ComparisonSideRunner)
  private let threads: Int

  /// What one image shows.
  private struct Reading: Sendable {
    var layers: [LayerSums]
    var answers: (a: Answer?, b: Answer?) = (nil, nil)
    var stops: [LayerwiseResult.Stop] = []
  }

  /// Matches the layers of both sides by name.
  ///
  /// - Throws: `ComparisonSideError` when they have no layer in common or a recorded tensor does not fit;
  ///   what the programs throw when they are prepared.
  public init(_ a: ComparisonSide, _ b: ComparisonSide, threads: Int) throws {
    (self.a, self.b, self.threads) = (a, b, threads)
    let pairs = try ProbePair.pairs(a, b)
    // Inputs and answers are no layers.
    guard pairs.contains(where: { $0.isLayer }) else {
      throw ComparisonSideError.nothingInCommon(
        a: a.name,
        b: b.name,
        found: [a, b].compactMap(\.sample)
      )
    }
    self.pairs = pairs
    places = (
      a: Dictionary(grouping: pairs.indices) { pairs[$0].a.slot },
      b: Dictionary(grouping: pairs.indices) { pairs[$0].b.slot }
    )
    runners = (
      a: try ComparisonSideRunner(a, observing: Set(pairs.map(\.a.slot)), threads: threads),
      b: try ComparisonSideRunner(b, observing: Set(pairs.map(\.b.slot)), threads: threads)
    )
  }

  /// How many images records have, the least where both sides are records; `nil` without records.
  public var recordedImages: Int? { [a, b].compactMap(\.recordedImages).min() }

  /// The first images of a whole data set, as many as records have; all of them without records.
  ///
  /// - Throws: `ComparisonSideError.shortData` when a record has more images than the set.
  public func recordedPart(of data: DataSet) throws(ComparisonSideError) -> DataSet {
    for side in [a, b] {
      guard let expected = side.recordedImages, expected > data.count else { continue }
      throw .shortData(
        data: data.directory,
        record: side.path,
        expected: expected,
        found: data.count
      )
    }
    return data.select(0..<(recordedImages ?? data.count))
  }

  /// Compares all images of `data`.
  ///
  /// - Parameters:
  ///   - data: the images and labels; of records, row i belongs to the image at position i.
  ///   - progress: told how many images are done.
  /// - Returns: what stands out over all images.
  /// - Throws: `DataError` for images that cannot be read, `EvaluationError` for inputs that do not
  ///   fit, `ComparisonSideError` for images that a record has not.
  public func run(
    _ data: DataSet,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> LayerwiseResult {
    for side in [a, b] { try side.checkImages(data) }
    let labels = try labels(of: data)
    let copies = max(a.copies, b.copies)
    var sums = [LayerSums](repeating: LayerSums(), count: pairs.count)
    var answers: [(a: Answer?, b: Answer?)] = []
    var stops: [LayerwiseResult.Stop] = []
    let chunk = max(threads, 1) * 4
    for start in stride(from: 0, to: data.count, by: chunk) {
      let count = min(chunk, data.count - start)
      let readings = try ParallelMap(threads: threads).map(count) {
        try compare(data, start + $0)
      } progress: {
        progress?(start + $0)
      }
      for reading in readings {
        for (layer, other) in zip(sums.indices, reading.layers) { sums[layer].add(other) }
        answers.append(reading.answers)
        stops += reading.stops
      }
    }
    return LayerwiseResult(
      layers: zip(pairs, sums).map { ComparedLayer($0, $1.once(copies)) },
      answers: answers,
      labels: labels?.classes,
      stops: stops
    )
  }

  /// The labels as classes of the two; `nil` where neither shows answers.
  public func labels(of data: DataSet) throws(DataError) -> ClassLabels? {
    let sides = [a, b].filter { $0.classCount != nil }
    guard let side = sides.first(where: { !$0.classNames.isEmpty }) ?? sides.first else {
      return nil
    }
    return try data.labels(modelNames: side.classNames, classCount: side.classCount ?? 0)
  }

  private func compare(_ data: DataSet, _ index: Int) throws -> Reading {
    var reading = Reading(layers: Array(repeating: LayerSums(), count: pairs.count))
    let image = data.name(at: index)
    var contents: (a: [Int: OracleTensor<Double>], b: [Int: OracleTensor<Double>]) = ([:], [:])
    let runs = (a: try runners.a.image(data, index), b: try runners.b.image(data, index))
    do {
      let logits = try runners.a.run(runs.a) { value, found in
        for pair in places.a[value.index] ?? [] { contents.a[pair] = found }
        return nil
      }
      reading.answers.a = logits.map { Answer($0) }
    } catch let fault as IntaglioGraph.EvaluationError {
      reading.stops.append(try .init(.a, image, fault))
    }
    do {
      let logits = try runners.b.run(runs.b) { value, found in
        for pair in places.b[value.index] ?? [] { contents.b[pair] = found }
        return nil
      }
      reading.answers.b = logits.map { Answer($0) }
    } catch let fault as IntaglioGraph.EvaluationError {
      reading.stops.append(try .init(.b, image, fault))
    }
    for (index, pair) in pairs.enumerated() {
      let (mine, theirs) = (contents.a[index], contents.b[index])
      if let mine {
        reading.layers[index].a.see(mine, grid: pair.a.grid ?? pair.common, image: image)
      }
      if let theirs {
        reading.layers[index].b.see(theirs, grid: pair.b.grid ?? pair.common, image: image)
      }
      if let mine, let theirs { reading.layers[index].cumulative.see(mine, theirs, pair) }
    }
    if b.recording == nil { try compareLocally(runs.b, contents.a, &reading) }
    return reading
  }

  /// Side b with the values of side a in all layers before the one that is compared.
  private func compareLocally(
    _ image: ComparisonSideRunner.Image,
    _ given: [Int: OracleTensor<Double>],
    _ reading: inout Reading
  ) throws {
    do {
      _ = try runners.b.run(image) { value, found in
        var other: OracleTensor<Double>?
        for pair in places.b[value.index] ?? [] {
          guard let wanted = given[pair] else { continue }
          reading.layers[pair].local.see(wanted, found, pairs[pair])
          other = other ?? pairs[pair].fed(wanted)
        }
        return other
      }
    } catch IntaglioGraph.EvaluationError.arithmetic {
      // Side a's own values have no result in b; what is behind them is not judged locally.
    }
  }
}

extension ProbePair {
  /// Whether it is more than the input or the answer.
  fileprivate var isLayer: Bool {
    switch a.key {
    case .result, .operand: true
    case .modelInput, .modelOutput: false
    }
  }
}

extension ComparisonSide {
  /// The number of its answers; `nil` where it shows none.
  fileprivate var classCount: Int? {
    switch source {
    case .program(let model, _): (try? model.graph.logits(model.description.logits))?.classes
    case .recording: probes.first { $0.key == .modelOutput }.map { $0.shape.reduce(1, *) }
    }
  }

  /// The names of its answers; empty where it has none.
  fileprivate var classNames: [String] {
    if case .program(let model, _) = source { model.description.classNames } else { [] }
  }

  /// Some of its layers, for a message.
  fileprivate var sample: String? {
    let names = probes.map(\.key.name).prefix(3)
    return names.isEmpty ? nil : "\(path) has \(names.joined(separator: ", "))"
  }

  fileprivate func checkImages(_ data: DataSet) throws(ComparisonSideError) {
    guard let recordedImages else { return }
    let needed = (0..<data.count).map { data.position(at: $0) + 1 }.max() ?? 0
    guard needed <= recordedImages else {
      throw .shortRecord(
        record: path,
        data: data.directory,
        expected: needed,
        found: recordedImages
      )
    }
  }
}
