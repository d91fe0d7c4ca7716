import IntaglioGraph

/// Where the distance of two patches stands in a table of relative positions, as Swin and BEiT have it.
///
/// Row (Δy + rows − 1)·(2·columns − 1) + Δx + columns − 1 of a table `[count, heads]` is for a query Δy below
/// and Δx right of its key. With a class token there are three rows more: it as a query, it as a key, it as
/// both.
struct RelativePositions {
  let rows: Int
  let columns: Int

  /// Rows of the table without a class token.
  var tableCount: Int { (2 * rows - 1) * (2 * columns - 1) }
  var classTableCount: Int { tableCount + 3 }

  /// The bias of every pair, `[1, heads, tokens, tokens]`, queries first.
  ///
  /// - Precondition: `table` has `tableCount` rows, or `classTableCount` with a class token.
  func bias(_ table: Tensor, withClassToken hasClassToken: Bool) -> Tensor {
    let indices = self.indices(withClassToken: hasClassToken)
    let (heads, tokens) = (table.shape[1], rows * columns + (hasClassToken ? 1 : 0))
    var sources: [Int32] = []
    sources.reserveCapacity(heads * indices.count)
    for head in 0..<heads {
      for index in indices { sources.append(Int32(index * heads + head)) }
    }
    return table.gathered(sources, shape: [1, heads, tokens, tokens])
  }

  /// The row of every pair of tokens.
  private func indices(withClassToken hasClassToken: Bool) -> [Int] {
    let first = hasClassToken ? 1 : 0
    let tokens = rows * columns + first
    var indices: [Int] = []
    indices.reserveCapacity(tokens * tokens)
    for query in 0..<tokens {
      for key in 0..<tokens {
        switch (query < first, key < first) {
        case (true, true): indices.append(tableCount + 2)
        case (true, false): indices.append(tableCount)
        case (false, true): indices.append(tableCount + 1)
        case (false, false): indices.append(index(query - first, key - first))
        }
      }
    }
    return indices
  }

  private func index(_ query: Int, _ key: Int) -> Int {
    let down = query / columns - key / columns + rows - 1
    let right = query % columns - key % columns + columns - 1
    return down * (2 * columns - 1) + right
  }
}
