/// In which order steps begin: array and row-wise units work side by side, so that what one waits for is done
/// while the other has something to do.
///
/// List scheduling with rough durations: whoever can begin first begins, the earlier step of the program
/// where two could.
struct StepOrder {
  /// Positions of the program's steps.
  let steps: [Int]

  /// How far a step may be drawn in front of others: results of all that is ahead need memory.
  private static let window = 24

  init(_ program: PanelProgram, tile: Int, rowLanes: Int) {
    var writers: [PanelIndex: [Int]] = [:]
    var producers: [[Int]] = []
    for (index, step) in program.steps.enumerated() {
      producers.append(step.sources.flatMap { writers[$0] ?? [] })
      writers[step.result, default: []].append(index)
    }
    var ends = [Int?](repeating: nil, count: program.steps.count)
    var free = (array: 0, rows: 0)
    var order: [Int] = []
    var first = 0
    while first < ends.count {
      var best: (step: Int, begin: Int)?
      for index in first..<min(ends.count, first + Self.window) where ends[index] == nil {
        let before = producers[index].map { ends[$0] }
        guard !before.contains(where: { $0 == nil }) else { continue }
        let ready = before.compactMap { $0 }.max() ?? 0
        let begin = max(ready, program.steps[index].isForRows ? free.rows : free.array)
        if begin < best?.begin ?? .max { best = (index, begin) }
      }
      // The first step that is left needs nothing but steps before it.
      guard let best else { break }
      let step = program.steps[best.step]
      let end = best.begin + step.duration(in: program, tile: tile, rowLanes: rowLanes)
      ends[best.step] = end
      if step.isForRows { free.rows = end } else { free.array = end }
      order.append(best.step)
      while first < ends.count, ends[first] != nil { first += 1 }
    }
    steps = order
  }
}

extension PanelStep {
  /// Whether the row-wise units do it, and not the array.
  var isForRows: Bool {
    switch work {
    case .product, .transposition: false
    case .norm, .softmax, .rowThresholds: true
    }
  }

  /// The panels that are read.
  var sources: [PanelIndex] {
    switch work {
    case .product(let product):
      [product.rows, product.columns] + (product.residual.map { [$0.panel] } ?? [])
    case .transposition(let source): [source]
    case .norm(_, let source), .softmax(_, let source), .rowThresholds(_, let source): [source]
    }
  }

  /// Cycles, about.
  fileprivate func duration(in program: PanelProgram, tile: Int, rowLanes: Int) -> Int {
    func blocks(_ count: Int) -> Int { (count + tile - 1) / tile }
    func groups(_ panel: PanelIndex) -> Int { (program[panel].lanes + rowLanes - 1) / rowLanes }
    switch work {
    case .product(let product):
      return blocks(program[product.rows].lanes) * blocks(program[product.columns].lanes)
        * max(product.depth, tile)
    case .transposition(let source):
      return blocks(program[source].depth) * blocks(program[source].lanes) * tile
    case .norm(_, let source):
      return groups(source) * program[source].depth * 8
    case .softmax(_, let source):
      return groups(source) * (program[source].depth * 2 + 40)
    case .rowThresholds(_, let source):
      return groups(source) * (program[source].depth * 2 + 8)
    }
  }
}
