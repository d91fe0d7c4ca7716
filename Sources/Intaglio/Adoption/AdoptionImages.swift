public import IntaglioData

/// Images that calibrate and others that judge.
public struct AdoptionImages: Sendable {
  /// Labelled or not.
  public let calibration: DataSet
  /// Labelled; calibration never sees one of them.
  public let evaluation: DataSet
  /// Images that cannot be decoded, which are left out.
  public let unreadable: [Unreadable]

  public struct Unreadable: Sendable, Hashable, Codable {
    public let image: String
    public let reason: String
  }

  /// - Parameters:
  ///   - calibration: the folder of images that calibrate; the same as `data` to have it divided.
  ///   - data: the folder of labelled images.
  ///   - every: of a folder that is divided and has no training and test images of its own, every how many images one
  ///     calibrates.
  ///   - limits: how many images of each are used at most, evenly spaced; `nil` for all.
  ///   - threads: how many images are decoded at a time.
  /// - Throws: `CalibrationError.shared` for an image that stands in both; `DataError` for folders that are none of
  ///   images, and where no image is left.
  public init(
    calibration: String,
    data: String,
    every: Int,
    limits: (calibration: Int, evaluation: Int?),
    threads: Int
  ) throws {
    let (some, judging) = try DataSet.divided(calibration: calibration, data: data, every: every)
    let chosen = some.evenly(limits.calibration)
    let judges = limits.evaluation.map { judging.evenly($0) } ?? judging
    let (first, second) = (
      try Self.readable(chosen, threads), try Self.readable(judges, threads)
    )
    (self.calibration, evaluation) = (first.good, second.good)
    unreadable = first.bad + second.bad
    guard self.calibration.count > 0, evaluation.count > 0 else {
      throw AdoptionError.nothingReadable(
        data: self.calibration.count > 0 ? data : calibration,
        reason: unreadable.first?.reason ?? "no images"
      )
    }
  }

  private static func readable(
    _ data: DataSet,
    _ threads: Int
  ) throws -> (good: DataSet, bad: [Unreadable]) {
    let faults = try ParallelMap(threads: threads).map(data.count) { index -> String? in
      do throws(DataError) {
        if try data.sample(at: index) == nil { _ = try data.image(at: index) }
        return nil
      } catch { return error.description }
    }
    let bad = faults.enumerated().compactMap { index, fault in
      fault.map { Unreadable(image: data.name(at: index), reason: $0) }
    }
    return (bad.isEmpty ? data : data.select(faults.indices.filter { faults[$0] == nil }), bad)
  }
}

extension DataSet {
  /// Images that calibrate, and labelled ones that judge.
  ///
  /// Of one folder its training images calibrate and its test images judge; without such parts every `every`-th
  /// image calibrates and the others judge. Of two folders no image may be the same.
  ///
  /// - Throws: `CalibrationError.shared`, and what opening the folders throws.
  public static func divided(
    calibration: String,
    data: String,
    every: Int
  ) throws -> (calibration: DataSet, judging: DataSet) {
    let whole = try calibrating(calibration, labelled: data == calibration)
    let judging = try open(directory: data, split: .test)
    guard data == calibration, try whole.isSame(as: judging) else {
      if let (here, there) = try whole.firstImage(sharedWith: judging) {
        throw CalibrationError.shared(
          calibration: calibration,
          data: data,
          here: here,
          there: there
        )
      }
      return (whole, judging)
    }
    return (
      whole.select((0..<whole.count).filter { $0 % every == 0 }),
      whole.select((0..<whole.count).filter { $0 % every != 0 })
    )
  }

  /// Images that calibrate a model: a folder, or an NPY file of samples that are its input already.
  ///
  /// Of IDX files the training pair where there is one, so that nothing is judged on its own calibration;
  /// one that is there and damaged is an error. Labels are not looked at, unless some of the images judge.
  public static func calibrating(
    _ folder: String,
    labelled: Bool = false,
    limit: Int? = nil
  ) throws(DataError) -> DataSet {
    if folder.hasSuffix(".npy"), fileKind(folder) != .folder {
      return try samples(inFile: folder, limit: limit)
    }
    do {
      return try open(directory: folder, split: .train, labelled: labelled, limit: limit)
    } catch .missing {
      return try open(directory: folder, split: .test, labelled: labelled, limit: limit)
    }
  }
}

/// Why there is no study.
public enum AdoptionError: Error, Hashable, Sendable, CustomStringConvertible {
  case nothingReadable(data: String, reason: String)
  case notQuantized(model: String, reason: String)
  /// Widths were asked for of a model that has its own.
  case hasWidths(model: String)

  public var description: String {
    switch self {
    case .nothingReadable(let data, let reason):
      "\(data): expected images that can be read, found none; the first one: \(reason)"
    case .notQuantized(let model, let reason):
      "\(model): no width became an integer-only program; the first one: \(reason)"
    case .hasWidths(let model):
      "\(model) is quantized already, so --widths and --without say nothing of it; leave them out, or give the float model and "
        + "this one as --candidate"
    }
  }
}

extension AdoptionImages {
  /// What a reader should know before trusting a figure.
  public var notes: [String] {
    var notes = calibration.notes
    notes += evaluation.notes.filter { !notes.contains($0) }
    if let first = unreadable.first {
      let count = unreadable.count
      notes.append("\(count) image\(count == 1 ? " is" : "s are") left out: \(first.reason)")
    }
    return notes
  }
}
