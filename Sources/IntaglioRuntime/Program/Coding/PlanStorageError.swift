/// Why a plan cannot be stored or read back.
public enum PlanStorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not those of a plan.
  case malformed(offset: Int, expected: String)
  /// The bytes are those of a plan, but a step or a port is not what kernels may be given.
  case leaves(step: String, expected: String)
  /// The plan was written by another version of the runtime.
  case otherLayout(found: String)
  /// The plan was made for other kernels than those at hand.
  case otherKernels(found: String)

  public var description: String {
    switch self {
    case .malformed(let offset, let expected):
      "the stored plan is malformed at byte \(offset): expected \(expected); "
        + "save the program again"
    case .leaves(let step, let expected):
      "the stored plan is damaged at '\(step)': expected \(expected); save the program again"
    case .otherLayout(let found):
      "the stored plan has the layout '\(found)', not '\(PlanWriter.signature)'"
    case .otherKernels(let found):
      "the stored plan was made for the kernel \(found), which is not the one to use here"
    }
  }
}
