extension ResamplingTaps {
  /// Resamples each row of an image on its own.
  ///
  /// `[height, source, channels]` → `[height, targets, channels]`.
  ///
  /// - Precondition: `pixels` has that many elements.
  func resampleRows(of pixels: [UInt8], height: Int, channels: Int) -> [UInt8] {
    let rowLength = source * channels
    precondition(pixels.count == height * rowLength)
    let count = height * targets.count * channels
    return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      for row in 0..<height {
        for target in targets {
          // first + weights.count ≤ source holds by construction, so the reads stay in the row.
          let start = row * rowLength + target.first * channels
          for channel in 0..<channels {
            output[initialized] = weightedPixel(
              pixels,
              start: start + channel,
              stride: channels,
              weights: target.weights
            )
            initialized += 1
          }
        }
      }
    }
  }

  /// The weighted sum of the elements from `start` on, `stride` apart.
  private func weightedPixel(
    _ pixels: [UInt8],
    start: Int,
    stride: Int,
    weights range: Range<Int>
  ) -> UInt8 {
    var sum = half
    var position = start
    for index in range {
      sum &+= weights[index] &* Int32(pixels[position])
      position &+= stride
    }
    return pixel(sum)
  }

  /// Resamples each column of an image on its own.
  ///
  /// `[source, rowLength]` → `[targets, rowLength]`.
  ///
  /// - Precondition: `pixels` has that many elements.
  func resampleColumns(of pixels: [UInt8], rowLength: Int) -> [UInt8] {
    precondition(pixels.count == source * rowLength)
    var output: [UInt8] = []
    output.reserveCapacity(targets.count * rowLength)
    var sums = [Int32](repeating: 0, count: rowLength)
    for target in targets {
      for index in sums.indices { sums[index] = half }
      // first + weights.count ≤ source holds by construction, so the rows exist.
      var start = target.first * rowLength
      for tap in target.weights {
        addRow(pixels[start..<start + rowLength], times: weights[tap], to: &sums)
        start += rowLength
      }
      output.append(contentsOf: sums.lazy.map(pixel))
    }
    return output
  }
}

/// Adds `weight` · `row` to `sums`, element by element.
private func addRow(_ row: ArraySlice<UInt8>, times weight: Int32, to sums: inout [Int32]) {
  row.withUnsafeBufferPointer { row in
    sums.withUnsafeMutableBufferPointer { sums in
      precondition(row.count == sums.count)
      for index in 0..<row.count { sums[index] &+= weight &* Int32(row[index]) }
    }
  }
}

/// One half in the fixed point of the weights, so that the shift rounds.
private let half: Int32 = 1 << (ResamplingTaps.fractionBits - 1)

private func pixel(_ sum: Int32) -> UInt8 {
  UInt8(clamping: sum >> ResamplingTaps.fractionBits)
}
