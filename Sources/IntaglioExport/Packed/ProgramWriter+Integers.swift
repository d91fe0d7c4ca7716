import IntaglioData
import IntaglioGraph
import IntaglioNumerics

// What stands in the place of reals.

extension ProgramWriter {
  mutating func fill(
    _ record: inout NodeRecord,
    _ function: IntegerFunction,
    _ place: String
  ) throws(DataError) {
    switch function {
    case .thresholds(let steps): try fill(&record, steps.type, steps.tables, place)
    case .lookup(let lookup):
      record.index = lookup.index.description
      if let steps = lookup.steps {
        try fill(&record, lookup.type, Broadcast(steps), place)
      } else {
        record.to = lookup.type.description
        record.entries = try tensors.record(row: lookup.entries, name: place + "/entries")
      }
    case .scaledSum(let stream): try fill(&record, stream, place)
    case .norm(let norm): try fill(&record, norm, place)
    case .softmax(let softmax): try fill(&record, softmax, place)
    case .rowThresholds(let rows):
      try fill(&record, rows.type, rows.tables, place)
      record.fromLargest = rows.fallsFromLargest
    case .quotient(let quotient): try fill(&record, quotient.requantizer, place)
    }
  }

  private mutating func fill(
    _ record: inout NodeRecord,
    _ type: IntegerType,
    _ stretched: Broadcast<ThresholdTable>,
    _ place: String
  ) throws(DataError) {
    let tables = stretched.values
    let directions = tables.flatMap(\.steps)
    record.to = type.description
    record.tables = ThresholdTablesRecord(
      shape: stretched.shape,
      bases: try tensors.record(row: tables.map(\.base), name: place + "/bases"),
      counts: try tensors.record(row: tables.map(\.thresholds.count), name: place + "/counts"),
      thresholds: try tensors.record(
        row: tables.flatMap(\.thresholds),
        name: place + "/thresholds"
      ),
      steps: directions.contains(-1)
        ? try tensors.record(row: directions, name: place + "/steps") : nil
    )
  }

  private mutating func fill(
    _ record: inout NodeRecord,
    _ stream: ScaledSum,
    _ place: String
  ) throws(DataError) {
    record.to = stream.type.description
    var multipliers: [IntegersRecord] = []
    for (index, multiplier) in stream.multipliers.enumerated() {
      multipliers.append(try tensors.record(multiplier, name: "\(place)/multiplier\(index)"))
    }
    record.multipliers = multipliers
    record.addend = try tensors.record(stream.offset, name: place + "/addend")
    record.shift = try tensors.record(stream.shift, name: place + "/shift")
  }

  private mutating func fill(
    _ record: inout NodeRecord,
    _ norm: IntegerNorm,
    _ place: String
  ) throws(DataError) {
    try fill(&record, norm.requantizer, place)
    record.centered = norm.isCentered
    record.left = try tensors.record(norm.left, name: place + "/left")
    record.ratio = RationalText.text(of: norm.epsilon)
    switch norm.method {
    case .exact: break
    case .fixedPoint(let root):
      record.root = RootRecord(
        fraction: root.fractionBits,
        root: root.rootBits,
        scale: root.scaleBits,
        epsilon: String(root.epsilon, radix: 16)
      )
    }
  }

  private mutating func fill(
    _ record: inout NodeRecord,
    _ softmax: IntegerSoftmax,
    _ place: String
  ) throws(DataError) {
    try fill(&record, softmax.quantizer, place)
    record.multiplier = try tensors.record(softmax.scale, name: place + "/multiplier")
    record.exponential =
      switch softmax.exponential {
      case .base2(let fraction, let table):
        ExponentialRecord(kind: .base2, fraction: fraction, table: table)
      case .base2Product: ExponentialRecord(kind: .base2Product)
      case .shiftmax: ExponentialRecord(kind: .shiftmax)
      }
  }
}

extension LookupFunction {
  /// The same as steps of one, where these are far fewer than the entries.
  fileprivate var steps: ThresholdTable? {
    let first = index.range.lowerBound
    let changes = zip(entries, entries.dropFirst()).enumerated().compactMap { place, pair in
      pair.0 == pair.1 ? nil : (threshold: first + place + 1, step: pair.1 - pair.0)
    }
    let count = changes.reduce(0) { $0 + $1.step.magnitude }
    return count * 16 <= entries.count ? ThresholdTable(base: entries[0], changes: changes) : nil
  }
}
