import Foundation
public import Hummingbird
import Logging

/// What is known of a request beside itself.
public struct ServeContext: RequestContext {
  public var coreContext: CoreRequestContextStorage
  /// What logs and the reply call the request.
  var requestID = ""

  public init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }
}
