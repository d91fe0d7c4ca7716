public import IntaglioData
public import IntaglioExport
import IntaglioImport
import IntaglioRewrite
public import IntaglioRuntime

/// A packed model that is ready to run: its stored plan, mapped into memory.
///
/// Opening one verifies the checksums of all parts of the file, so it reads the file once, and makes no
/// graph and no second copy of the weights.
public struct PlannedModel: Sendable {
  public var description: ModelDescription
  public let plan: Plan
  /// The file, for messages.
  public let path: String

  /// `nil` where the file is no packed model, has no stored plan that is bound to its program by
  /// checksums, or one for other kernels or of another version: then the program is planned anew.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - kernels: what the plan is to run on.
  /// - Throws: `ImportError` or `ExportError` when the file cannot be read; `PlanStorageError` when
  ///   its plan is malformed.
  public init?(contentsOf path: String, kernels: KernelTable = KernelTable()) throws {
    try self.init(ModelFile(path: path), kernels: kernels)
  }

  /// The same of a file that is open already.
  public init?(_ file: ModelFile, kernels: KernelTable = KernelTable()) throws {
    guard file.format == .packed, let container = file.safetensors,
      let stored = try PackedModel.plan(container)
    else { return nil }
    let (bytes, owner) = stored.constants.unsafeBytes
    do {
      plan = try Plan(steps: stored.steps, constants: bytes, owner: owner, kernels: kernels)
    } catch .otherKernels, .otherLayout {
      return nil
    }
    description = stored.description
    path = file.path
  }

  /// What is known of the model without its graph.
  public var model: Model {
    Model(graph: plan.graph, description: description, format: .packed, path: path)
  }
}

extension Model {
  /// Saves the graph as a packed model together with its plan for this machine's kernels.
  ///
  /// - Returns: what the file takes.
  /// - Throws: `ExportError` when the file cannot be written; `IntegerGraphError` or `PlanError` when
  ///   the model has no plan; `PlanStorageError` when a file cannot hold it.
  @discardableResult
  public func saveWithPlan(to path: String) throws -> PackedSizes {
    try checkTarget(path)
    let plan = try StoredPlan(Plan(program.integer()))
    return try PackedModel.write(
      graph: graph,
      description: description,
      plan: PackedPlan(steps: plan.steps, constants: plan.constants),
      to: path
    )
  }
}
