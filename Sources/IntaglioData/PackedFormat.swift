/// The metadata keys of a packed model, by which any reader of safetensors recognises one.
public enum PackedFormat {
  /// The newest version of the layout that this code writes and reads.
  public static let version = 1

  public static let versionKey = "intaglio.version"
  /// The graph as JSON.
  public static let programKey = "intaglio.program"
  /// The `ModelDescription` as JSON.
  public static let descriptionKey = "intaglio.description"
  /// The CRC-32 of program, description and tensors, eight digits in base 16.
  public static let checksumKey = "intaglio.checksum"
  /// The XXH3 checksums of every part of a file with a stored plan, as JSON; absent where no plan is
  /// stored. (`intaglio.plan`, the CRC-32 of the steps alone, is of older files: their plan is not
  /// taken, the program is.)
  public static let digestsKey = "intaglio.digests"
  /// The tensors of the stored plan.
  public static let planStepsName = "__plan.steps"
  public static let planConstantsName = "__plan.constants"
  public static let generatorKey = "generator"
}
