import CIntaglio
import Intaglio

extension ClassifierOptions {
  /// What C asks for; the fields of an older header are the first ones of this.
  ///
  /// - Throws: `CallError` for a structure of another size, and for words that mean nothing.
  init(_ options: UnsafePointer<intaglio_options>?) throws(CallError) {
    self.init()
    guard let options = options?.pointee else { return }
    guard options.size == MemoryLayout<intaglio_options>.size else {
      throw CallError(
        "expected 'options.size' to be sizeof(intaglio_options) = "
          + "\(MemoryLayout<intaglio_options>.size), found \(options.size)"
      )
    }
    guard (0...1024).contains(options.threads) else {
      throw CallError("expected 'options.threads' to be 0…1024, found \(options.threads)")
    }
    if options.threads > 0 { threads = Int(options.threads) }
    if let word = options.arithmetic {
      let word = try text(word, "options.arithmetic")
      guard let arithmetic = Arithmetic(word: word) else {
        let words = Arithmetic.allCases.map(\.rawValue).joined(separator: ", ")
        throw CallError("expected 'options.arithmetic' to be one of \(words), found '\(word)'")
      }
      self.arithmetic = arithmetic
    }
    configuration = try text(ifGiven: options.configuration, "options.configuration")
    logits = try text(ifGiven: options.logits, "options.logits")
    calibration = try text(ifGiven: options.calibration, "options.calibration")
  }
}

/// A string of the caller's.
///
/// - Throws: `CallError` where it is not UTF-8: repaired, it would name another file.
func text(_ pointer: UnsafePointer<CChar>, _ name: String) throws(CallError) -> String {
  guard let text = String(validatingCString: pointer) else {
    throw CallError("expected '\(name)' in UTF-8")
  }
  return text
}

private func text(
  ifGiven pointer: UnsafePointer<CChar>?,
  _ name: String
) throws(CallError) -> String? {
  guard let pointer else { return nil }
  return try text(pointer, name)
}
