package import IntaglioNumerics

/// A door through which files come in, and what must hold of every file whatever.
///
/// Its reader refuses a file by an error; anything else that is wrong is a `FuzzFault`, a trap or a
/// report of a sanitizer. The bytes that a target takes need not be a whole file: what would only
/// make mutated files be refused (lengths, checksums) is made right on the way.
package struct FuzzTarget: Sendable {
  /// Changes bytes in a way that respects their form; at most as many bytes as the limit may result.
  package typealias Mutation =
    @Sendable (inout [UInt8], _ limit: Int, inout SplitMix64) -> Void

  package let name: String
  /// What it reads, in a few words.
  package let title: String
  /// The longest input that is tried, in bytes.
  package let limit: Int
  /// Words that a mutation may insert.
  package let dictionary: [String]
  /// Mutations beside libFuzzer's own.
  package let mutation: Mutation?
  private let makeSeeds: @Sendable () throws -> [[UInt8]]
  private let read: @Sendable ([UInt8], FuzzFolder) throws -> Void

  init(
    _ name: String,
    _ title: String,
    limit: Int,
    dictionary: [String] = [],
    mutation: Mutation? = nil,
    seeds: @escaping @Sendable () throws -> [[UInt8]],
    read: @escaping @Sendable ([UInt8], FuzzFolder) throws -> Void
  ) {
    self.name = name
    self.title = title
    self.limit = limit
    self.dictionary = dictionary
    self.mutation = mutation
    makeSeeds = seeds
    self.read = read
  }

  /// All targets, in the order in which they run.
  package static let all: [FuzzTarget] = [
    .plan, .onnx, .program, .packed, .checkpoint, .safetensors, .torch, .record, .npy, .idx, .json,
    .labels, .infer,
    .image,
  ]

  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

  /// Sound inputs, made by Intaglio's own writers.
  package func seeds() throws -> [[UInt8]] { try makeSeeds() }

  /// Reads `bytes`, and does with them what a user may do.
  ///
  /// - Returns: whether they were accepted.
  /// - Throws: `FuzzFault` when something that must hold does not.
  @discardableResult
  package func accepts(_ bytes: [UInt8], in folder: FuzzFolder) throws(FuzzFault) -> Bool {
    do {
      try read(bytes, folder)
      return true
    } catch let fault as FuzzFault {
      throw fault
    } catch {
      // A message that cannot be made is a fault too.
      guard !"\(error)".isEmpty else { throw FuzzFault("an error without a message") }
      return false
    }
  }
}
