import IntaglioGraph

/// Long numbers as tensors of limbs, the lowest first.
extension IntegerONNXBuilder {
  /// Limbs of `bits` bits of a number that is not negative.
  mutating func split(_ value: String, bits: Int, count: Int) -> [String] {
    var limbs: [String] = []
    var rest = value
    for _ in 1..<max(count, 1) {
      let above = divide(rest, constant(1 << bits))
      limbs.append(subtract(rest, multiply(above, 1 << bits)))
      rest = above
    }
    return limbs + [rest]
  }

  /// The same number with every limb below 2^`bits`; the number is not negative, limbs are below 2⁶⁰.
  mutating func normalized(_ limbs: [String], bits: Int, count: Int) -> [String] {
    var result: [String] = []
    var carry: String?
    for index in 0..<count {
      var sum: String
      if index < limbs.count {
        sum = carry.map { add(limbs[index], $0) } ?? limbs[index]
      } else if let carry {
        sum = carry
      } else {
        break
      }
      // What is beyond the last limb is zero.
      if index == count - 1 {
        result.append(sum)
        break
      }
      let above = floorShift(sum, Broadcast(bits))
      sum = subtract(sum, multiply(above, 1 << bits))
      result.append(sum)
      carry = above
    }
    return result
  }

  /// The columns of a product: Σ aᵢ·bⱼ over i + j = k.
  mutating func columns(_ a: [String], _ b: [String]) -> [String] {
    var columns = [String?](repeating: nil, count: a.count + b.count - 1)
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() {
        let product = multiply(x, y)
        columns[i + j] = columns[i + j].map { add($0, product) } ?? product
      }
    }
    return columns.compactMap { $0 }
  }

  /// The columns of a square: equal products are made once.
  mutating func square(_ a: [String]) -> [String] {
    var columns = [String?](repeating: nil, count: 2 * a.count - 1)
    for i in a.indices {
      for j in i..<a.count {
        let product = multiply(multiply(a[i], a[j]), i == j ? 1 : 2)
        columns[i + j] = columns[i + j].map { add($0, product) } ?? product
      }
    }
    return columns.compactMap { $0 }
  }
}
