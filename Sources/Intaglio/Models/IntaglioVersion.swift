/// Which Intaglio this is.
public enum IntaglioVersion {
  /// As `intaglio --version` says it.
  public static let number = "0.1.0"
}
