/// Something that must hold of every file, and does not hold of this one.
package struct FuzzFault: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// - Throws: `FuzzFault` with `claim` when `condition` is false.
func require(_ condition: Bool, _ claim: @autoclosure () -> String) throws(FuzzFault) {
  guard condition else { throw FuzzFault(claim()) }
}

/// What `body` returns; what was accepted once may not be refused now.
///
/// - Throws: `FuzzFault` with `claim` when `body` throws.
@discardableResult
func requireSuccess<T>(_ claim: String, _ body: () throws -> T) throws(FuzzFault) -> T {
  do {
    return try body()
  } catch {
    throw FuzzFault("\(claim): \(error)")
  }
}
