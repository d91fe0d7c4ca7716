import Foundation
public import IntaglioData

/// Writes drawn images as the IDX files that training scripts and `evaluate` read.
public enum SurfaceExport {
  /// The files that `write` makes: images, labels, and the patches in which the defect shows.
  public static let fileNames = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "train-patches-idx3-ubyte",
  ]

  /// Writes images 0 ..< `count` of `seed` into `folder`, which is created if it is missing.
  ///
  /// Three files, each replaced whole: `train-images-idx3-ubyte` `[count, 64, 64]`,
  /// `train-labels-idx1-ubyte` `[count]` and `train-patches-idx3-ubyte` `[count, 8, 8]`, which is 1
  /// where the defect shows in a patch of 8 × 8 pixels.
  /// With `split` test the names begin with `t10k` in the place of `train`.
  ///
  /// - Throws: `DataError.invalid` for a negative count, `unwritable` from the system.
  public static func write(
    to folder: String,
    count: Int,
    seed: UInt64,
    split: DataSet.Split = .train
  ) throws(DataError) {
    guard count >= 0 else {
      throw .invalid(what: "number of images", expected: "0 or more", found: "\(count)")
    }
    try makeFolder(folder)
    var images: [UInt8] = []
    var labels: [UInt8] = []
    var patches: [UInt8] = []
    images.reserveCapacity(count * SurfaceImage.side * SurfaceImage.side)
    for index in 0..<count {
      let (pixels, label) = SurfaceImage.draw(seed: seed, index: index)
      images += pixels
      labels.append(label.rawValue)
      patches += SurfaceImage.defectPatches(seed: seed, index: index).map { $0 ? 1 : 0 }
    }
    let side = SurfaceImage.side
    let shapes = [[count, side, side], [count], [count, 8, 8]]
    for (name, (bytes, shape)) in zip(fileNames, zip([images, labels, patches], shapes)) {
      let own = split == .train ? name : name.replacing("train-", with: "t10k-")
      try IDXFile.write(bytes: bytes, shape: shape, to: "\(folder)/\(own)")
    }
  }

  private static func makeFolder(_ folder: String) throws(DataError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: folder, reason: error.localizedDescription)
    }
  }
}
