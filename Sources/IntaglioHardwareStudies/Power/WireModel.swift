/// What a wire adds to the pins that it joins: so much for each pin that reads it.
///
/// Nothing is placed or routed; 5 fF is some 25 µm of wire.
public struct WireModel: Hashable, Sendable, Encodable {
  /// Farads.
  public var perSink = 5e-15

  public init(perSink: Double = 5e-15) { self.perSink = perSink }
}
