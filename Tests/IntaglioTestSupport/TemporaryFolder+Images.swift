import Foundation
import IntaglioData
import IntaglioNumerics

extension TemporaryFolder {
  /// A data set in `data`: images of 8×8 with pixels from SplitMix64(7), labelled 0 to 4 in turn.
  ///
  /// - Returns: its path.
  @discardableResult
  public func writeImages(_ count: Int) throws -> String {
    var random = SplitMix64(seed: 7)
    let data = path("data")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try IDXFile.write(
      bytes: (0..<64 * count).map { _ in UInt8(random.next() >> 56) },
      shape: [count, 8, 8],
      to: "\(data)/t10k-images-idx3-ubyte"
    )
    try IDXFile.write(
      bytes: (0..<count).map { UInt8($0 % 5) },
      shape: [count],
      to: "\(data)/t10k-labels-idx1-ubyte"
    )
    return data
  }
}
