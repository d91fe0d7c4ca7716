public import Intaglio
import IntaglioReport

/// How many images were scored, and how fast.
public struct ScoreReport: Report {
  public let output: String
  /// Rows in the file.
  public let images: Int
  /// Rows that an interrupted run had left.
  public let resumed: Int
  /// Rows of this run with a reason in the place of an answer.
  public let failed: Int
  public let shard: String
  public let seconds: Double
  /// Of this run, reading and decoding included.
  public let imagesPerSecond: Double

  public init(_ summary: ScoreSummary) {
    (output, images, resumed) = (summary.output, summary.images, summary.resumed)
    (failed, shard, seconds) = (summary.failed, summary.shard, summary.seconds)
    imagesPerSecond = Double(summary.images - summary.resumed) / max(summary.seconds, 1e-9)
  }

  public var text: String {
    let rate = images == resumed ? "" : ", \(Format.significant(imagesPerSecond)) images/s"
    var text = "Wrote \(output.printable()): \(Format.count(images)) images\(rate)"
    if resumed > 0 { text += "; \(Format.count(resumed)) of them by an interrupted run" }
    if failed > 0 { text += "; \(Format.count(failed)) have a reason in place of an answer" }
    return text + "."
  }
}
