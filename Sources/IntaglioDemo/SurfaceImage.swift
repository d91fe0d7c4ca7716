/// A photograph of a machined metal surface, drawn from a seed: `side` × `side` grey levels.
///
/// The picture is a pure function of `(seed, index)` and the same to the bit on every machine:
/// only integer arithmetic and the operations + − × ÷ √, which IEEE 754 defines exactly, touch a
/// pixel; no library function such as `sin` or `exp` does.
public enum SurfaceImage {
  /// Width and height in pixels.
  public static let side = 64

  /// Draws image `index` of the endless collection that `seed` names.
  ///
  /// Every run of six indices starting at a multiple of six holds each class once, in random order.
  /// - Returns: `side` · `side` grey levels, row after row from the top left, and the class.
  public static func draw(seed: UInt64, index: Int) -> (pixels: [UInt8], label: SurfaceClass) {
    var scene = Scene(seed: seed, index: index)
    return (scene.photograph(), scene.label)
  }

  /// The class of image `index`, without drawing it.
  public static func label(seed: UInt64, index: Int) -> SurfaceClass {
    var order = SurfaceClass.allCases
    let (round, place) = index.quotientAndRemainder(dividingBy: order.count)
    var chance = Chance(seed: ~seed, stream: UInt64(bitPattern: Int64(round)))
    for last in order.indices.dropFirst().reversed() {
      order.swapAt(last, chance.integer(below: last + 1))
    }
    return order[abs(place)]
  }

  /// The patches of image `index` that its defect visibly touches.
  ///
  /// Square patches of `patch` pixels, row after row; all false for a flawless part. Training uses
  /// it, a page may draw it.
  /// - Precondition: `patch` divides `side`.
  public static func defectPatches(seed: UInt64, index: Int, patch: Int = 8) -> [Bool] {
    Scene(seed: seed, index: index).defectPatches(of: patch)
  }
}
