import IntaglioReport

/// Counts how far rows of logits are from those of a reference.
package struct Comparison {
  package enum Source {
    case codes(CodeComparison)
    /// `[images, classes]`, row-major.
    case recorded([Double])
  }

  private let source: Source
  private let classes: Int
  private var images = 0
  private var sameAnswer = 0
  private var equalCodes = 0
  private var codes = 0
  private var largest = 0.0

  package init(_ source: Source, classes: Int) {
    self.source = source
    self.classes = classes
  }

  /// Takes the rows of samples that stand at `positions` of the whole data set.
  package mutating func add(
    _ rows: [Float],
    _ samples: [[Float]],
    at positions: [Int],
    threads: Int,
    progress: @Sendable (Int) -> Void
  ) throws {
    switch source {
    case .recorded(let recorded):
      for image in samples.indices {
        let first = positions[image] * classes
        add(rows, image, Array(recorded[first..<first + classes]))
      }
    case .codes(let comparison):
      let readings = try withoutActuallyEscaping(progress) { progress in
        try ParallelMap(threads: threads).map(samples.count) {
          try comparison.read(samples[$0])
        } progress: {
          progress($0)
        }
      }
      for (image, reading) in readings.enumerated() {
        add(rows, image, reading.logits)
        equalCodes += reading.equal
        codes += reading.total
      }
    }
  }

  private mutating func add(_ rows: [Float], _ image: Int, _ expected: [Double]) {
    let row = rows[image * classes..<(image + 1) * classes]
    images += 1
    if let answer = Ranking.first(of: row), answer == Ranking.first(of: expected) {
      sameAnswer += 1
    }
    for (found, wanted) in zip(row, expected) {
      let distance = (Double(found) - wanted).magnitude
      // Not a number on one side only is as far as it gets.
      largest = max(largest, distance.isNaN ? .infinity : distance)
    }
  }

  package var agreement: Evaluation.Agreement {
    let compares =
      switch source {
      case .codes(let comparison): comparison.comparesCodes
      case .recorded: false
      }
    return Evaluation.Agreement(
      top1: Proportion(sameAnswer, of: images),
      codes: compares ? Proportion(equalCodes, of: codes) : nil,
      maxAbsLogit: largest
    )
  }
}
