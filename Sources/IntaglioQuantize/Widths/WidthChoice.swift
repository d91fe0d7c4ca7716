import IntaglioGraph

/// Chooses the widths of a network's layers: measures every multiplication, proposes the widths of least sum, tries
/// the proposals on samples held out from calibration, and keeps the best.
struct WidthChoice: Sendable {
  private let graph: Graph
  private let threads: Int
  private let progress: (@Sendable (PostTrainingQuantizer.WidthStage) -> Void)?
  private let stated: Set<String>
  private let sensitivity: WidthSensitivity
  /// Half of the samples calibrates a trial, the other half judges it.
  private let fitted: CalibrationSamples
  private let judges: CalibrationSamples
  /// The float model's answers to them.
  private let plain: [[Float]]
  private(set) var options: QuantizeOptions

  /// Bits of every layer if all had the same bit operations, of the choices that a front has.
  static let rungs = [8, 7, 6, 5.5, 5, 4.75, 4.5, 4.25, 4, 3.75, 3.5, 3.25, 3]

  init(
    _ graph: Graph,
    _ samples: CalibrationSamples,
    _ options: QuantizeOptions,
    sensitivity known: WidthSensitivity?,
    threads: Int,
    progress: (@Sendable (PostTrainingQuantizer.WidthStage) -> Void)?
  ) throws {
    (self.graph, self.options, self.threads) = (graph, options, threads)
    self.progress = progress
    stated = Set(options.layers.keys)
    (fitted, judges) = samples.halves
    plain = try Answers.of(graph, judges, threads: threads)
    sensitivity =
      try known
      ?? PostTrainingQuantizer(options).sensitivity(
        of: graph,
        calibratedOn: samples,
        threads: threads
      ) {
        progress?(.sensitivity($0))
      }
  }

  /// Of the proposals for `budget` takes the one with the least divergence.
  ///
  /// - Returns: the proposals as a front.
  mutating func choose(within budget: WidthBudget) throws -> WidthFront {
    let search = try search()
    var proposals: [[String: LayerWidths]] = []
    for removal in WidthSearch.Removal.allCases {
      let widths = try search.widths(within: budget, removal)
      if !proposals.contains(widths) { proposals.append(widths) }
    }
    var front = WidthFront(points: try proposals.map { try point($0, search) })
    if front.points.count > 1 {
      for index in front.points.indices {
        progress?(.trial(budget.text, done: index, of: front.points.count))
        front.points[index].trial = try trial(front.points[index])
      }
    }
    let best = front.points.indices.min {
      (front.points[$0].trial?.divergence ?? 0) < (front.points[$1].trial?.divergence ?? 0)
    }
    front.chosen = best
    if let best { options.layers.merge(proposals[best]) { $1 } }
    return front
  }

  /// The narrowest choice that is expected to lose at most `most` points, by bisection between eight bits and
  /// three.
  ///
  /// - Returns: the choices, those that were looked at with what they lose.
  /// - Throws: `QuantizeError.drop` where even eight bits lose more.
  mutating func choose(losing most: Double) throws -> WidthFront {
    var front = try ladder()
    func drop(_ index: Int) throws -> Double {
      if front.points[index].trial == nil {
        progress?(.trial("drop=\(most)", done: front.points.count { $0.trial != nil }, of: 6))
        front.points[index].trial = try trial(front.points[index])
      }
      return front.points[index].trial?.expectedDrop ?? 0
    }
    guard try drop(0) <= most else {
      throw QuantizeError.drop(most: most, found: front.points[0].trial?.expectedDrop ?? 0)
    }
    // Of neighbours the first loses little enough, the second too much or does not exist.
    var (within, beyond) = (0, front.points.count)
    while beyond - within > 1 {
      let middle = (within + beyond) / 2
      if try drop(middle) <= most { within = middle } else { beyond = middle }
    }
    front.chosen = within
    for layer in front.points[within].layers where !layer.isEdge && !stated.contains(layer.name) {
      options.layers[layer.name] = layer.widths
    }
    return front
  }

  /// Choices from wide to narrow, all of them tried.
  func front() throws -> WidthFront {
    var front = try ladder()
    for index in front.points.indices {
      progress?(.trial("front", done: index, of: front.points.count))
      front.points[index].trial = try trial(front.points[index])
    }
    return front
  }

  private func search() throws -> WidthSearch {
    try WidthSearch(PostTrainingQuantizer(options).layers(of: graph), sensitivity, stated: stated)
  }

  private func ladder() throws -> WidthFront {
    let search = try search()
    let (inner, edges) = (
      search.layers.filter { !$0.isEdge && !stated.contains($0.name) },
      search.layers.filter { $0.isEdge || stated.contains($0.name) }
    )
    let macs = Double(inner.reduce(0) { $0 + $1.macs })
    let fixed = edges.bitOperations
    var points: [WidthFront.Point] = []
    for bits in Self.rungs {
      let budget = WidthBudget.bitOperations(fixed + Int(macs * bits * bits))
      // What is stated may leave no room for less.
      guard search.holds(budget) else { break }
      let point = try point(search.widths(within: budget, .dear), search)
      // Where much is stated, several rungs are one.
      if point.layers != points.last?.layers { points.append(point) }
    }
    return WidthFront(points: points)
  }

  private func point(
    _ widths: [String: LayerWidths],
    _ search: WidthSearch
  ) throws -> WidthFront.Point {
    var options = options
    options.layers.merge(widths) { $1 }
    let layers = try PostTrainingQuantizer(options).layers(of: graph)
    return WidthFront.Point(layers: layers, sum: search.divergence(of: widths))
  }

  private func trial(_ point: WidthFront.Point) throws -> WidthTrial {
    var options = options
    for layer in point.layers { options.layers[layer.name] = layer.widths }
    return try PostTrainingQuantizer(options).trial(
      of: graph,
      calibratedOn: fitted,
      judgedOn: judges,
      plain: plain,
      threads: threads
    )
  }
}
