import IntaglioGraph

/// What is kept of one layer: sums over images, no elements.
struct LayerSums: Sendable {
  /// What is kept of one side.
  struct Side: Sendable {
    var elements = 0
    /// Codes at either end of the type, and those of them that do not stand for zero.
    var ends = 0
    var clipped = 0
    /// The least and the greatest code.
    var codes: ClosedRange<Int>?
    var notFinite: NotFinite?
  }

  /// How far two runs are from each other.
  struct Distance: Sendable {
    var elements = 0
    var changed = 0
    var signal = 0.0
    var noise = 0.0
    var maxError = 0.0

    var ratio: Ratio? { elements == 0 ? nil : Ratio(signal: signal, noise: noise) }
  }

  var a = Side()
  var b = Side()
  /// Both sides left to themselves.
  var cumulative = Distance()
  /// `b` with the values of `a` in all layers before.
  var local = Distance()

  /// The sums of one image among `copies` of each; what only some copies show counts.
  func once(_ copies: Int) -> LayerSums {
    guard copies > 1 else { return self }
    func share(_ count: Int) -> Int { (count + copies - 1) / copies }
    var result = self
    for side in [\LayerSums.a, \LayerSums.b] {
      result[keyPath: side].elements = share(self[keyPath: side].elements)
      result[keyPath: side].ends = share(self[keyPath: side].ends)
      result[keyPath: side].clipped = share(self[keyPath: side].clipped)
      let found = self[keyPath: side].notFinite?.count
      result[keyPath: side].notFinite?.count = share(found ?? 0)
    }
    for distance in [\LayerSums.cumulative, \LayerSums.local] {
      result[keyPath: distance].elements = share(self[keyPath: distance].elements)
      result[keyPath: distance].changed = share(self[keyPath: distance].changed)
    }
    return result
  }

  mutating func add(_ other: LayerSums) {
    a.add(other.a)
    b.add(other.b)
    cumulative.add(other.cumulative)
    local.add(other.local)
  }
}

extension LayerSums.Side {
  /// Takes what the side shows of one image.
  mutating func see(_ contents: OracleTensor<Double>, grid: QuantizationGrid?, image: String) {
    elements += contents.count
    switch contents {
    case .real(let reals):
      notFinite = NotFinite.joined(notFinite, NotFinite(reals, image: image))
    case .integer(let codes):
      if let least = codes.min(), let greatest = codes.max() { join(codes: least...greatest) }
      guard let grid else { return }
      let saturation = grid.saturation(codes)
      ends += saturation.ends
      clipped += saturation.clipped
    }
  }

  fileprivate mutating func add(_ other: Self) {
    elements += other.elements
    ends += other.ends
    clipped += other.clipped
    if let range = other.codes { join(codes: range) }
    notFinite = NotFinite.joined(notFinite, other.notFinite)
  }

  private mutating func join(codes range: ClosedRange<Int>) {
    let old = codes ?? range
    codes = min(old.lowerBound, range.lowerBound)...max(old.upperBound, range.upperBound)
  }
}

extension LayerSums.Distance {
  /// Takes what both sides show of one image; elements that are no numbers are left out of sums.
  mutating func see(
    _ a: OracleTensor<Double>,
    _ b: OracleTensor<Double>,
    _ pair: ProbePair
  ) {
    elements += a.count
    if pair.comparesCodes, case .integer(let mine) = a, case .integer(let theirs) = b {
      changed += zip(mine, theirs).count { $0 != $1 }
    }
    for (mine, theirs) in zip(pair.reals(a, of: pair.a), pair.reals(b, of: pair.b))
    where mine.isFinite && theirs.isFinite {
      signal += mine * mine
      noise += (mine - theirs) * (mine - theirs)
      maxError = max(maxError, (mine - theirs).magnitude)
    }
  }

  fileprivate mutating func add(_ other: Self) {
    elements += other.elements
    changed += other.changed
    signal += other.signal
    noise += other.noise
    maxError = max(maxError, other.maxError)
  }
}
