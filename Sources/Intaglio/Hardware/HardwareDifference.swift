public import IntaglioHardware
import IntaglioNumerics

/// The first number of an answer that is not as it should be, and where it belongs.
public struct HardwareDifference: Sendable, Encodable {
  /// The image, and the beat of its answer, both from 0.
  public let image: Int
  public let beat: Int
  /// The model's own name of the value, and the element of it.
  public let value: String
  public let element: Int
  public let word: Int
  public let lane: Int
  /// Numbers; bits that are unknown stay hexadecimal with x.
  public let expected: String
  public let found: String
}

extension HardwareModule {
  /// The first difference among `result`'s; `nil` where there is none.
  public func firstDifference(_ result: StreamResult) -> HardwareDifference? {
    guard let mismatch = result.mismatches.first else { return nil }
    let beat = mismatch.beat % machine.beatsOut
    let stream = outputs.last { $0.firstBeat <= beat }
    let tile = machine.shape.array.columns
    guard let stream, let lane = (0..<tile).first(where: { isSet($0, mismatch.lanes) }) else {
      return nil
    }
    let word = (beat - stream.firstBeat) % stream.words
    let panelLane = (beat - stream.firstBeat) / stream.words * tile + lane
    let place = word * stream.lanes + panelLane
    return HardwareDifference(
      image: mismatch.beat / machine.beatsOut,
      beat: beat,
      value: stream.value,
      element: stream.elements.indices.contains(place) ? stream.elements[place] : -1,
      word: word,
      lane: panelLane,
      expected: number(lane, mismatch.expected, stream.type),
      found: number(lane, mismatch.found, stream.type)
    )
  }

  private func isSet(_ bit: Int, _ mask: String) -> Bool {
    let digits = mask.reversed().map { $0.hexDigitValue ?? 0 }
    return bit / 4 < digits.count && digits[bit / 4] >> (bit % 4) & 1 == 1
  }

  private func number(_ lane: Int, _ beat: String, _ type: IntegerType) -> String {
    let count = machine.laneBits / 4
    let digits = String(beat.dropLast(lane * count).suffix(count))
    guard let bits = UInt64(digits, radix: 16) else { return digits }
    let shift = 64 - machine.laneBits
    return type.isSigned ? "\(Int64(bitPattern: bits << shift) >> shift)" : "\(bits)"
  }
}
