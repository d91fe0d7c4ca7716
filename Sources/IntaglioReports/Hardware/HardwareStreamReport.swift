public import Intaglio
import IntaglioHardware

/// How one value of the program lies on a stream.
public struct HardwareStreamReport: Encodable {
  public let value: String
  public let shape: [Int]
  public let type: String
  public let firstBeat: Int
  public let beats: Int
  public let words: Int
  public let lanes: Int
  public let emptyLanes: [Int]
  /// The element, row-major, of word w and lane l; `nil` where no rule says it.
  public let element: String?
  /// [word · lanes + lane] → element, −1 for none; where there is no rule.
  public let elements: [Int]?
  /// real = scale · (number − zeroPoint) + offset.
  public let reals: HardwareStream.Reals?

  init(_ stream: HardwareStream) {
    (value, shape, type) = (stream.value, stream.shape, "\(stream.type)")
    (firstBeat, beats) = (stream.firstBeat, stream.beats)
    (words, lanes, emptyLanes) = (stream.words, stream.lanes, stream.emptyLanes)
    element = stream.order?.text
    elements = stream.order == nil ? stream.elements : nil
    reals = stream.reals
  }

  var text: String {
    let shape = shape.map(String.init).joined(separator: ", ")
    var text =
      "\(beats) beats: \(value), \(type)[\(shape)], \(words) words of \(lanes) "
      + (lanes == 1 ? "lane" : "lanes")
    if let element { text += "; word w, lane l: element \(element)" }
    if !emptyLanes.isEmpty {
      text += "; empty: lane " + emptyLanes.map(String.init).joined(separator: ", ")
    }
    return text
  }
}
