import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Hands on requests when they are whole: a slow client takes a buffer, and neither a task nor a thread.
///
/// Bounds bodies and times, refuses what breaks them, and lets a connection end so that no answer is lost:
/// after the last answer, never before. One per connection, on its event loop.
final class RequestAssembler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum Phase {
    /// Nothing of a request is read.
    case head
    case body(HTTPRequest, ByteBuffer)
    /// The request is refused; the rest of it is thrown away.
    case refused
    /// It was refused, and all of it is read.
    case over
  }

  private let limits: ConnectionLimits
  private let budget: BodyBudget
  private var phase = Phase.head
  /// How many requests are handed on and not answered.
  private var inFlight = 0
  /// Whether an answer has begun.
  private var isAnswering = false
  /// Whether the connection ends after the answers to what was handed on.
  private var isLast = false
  private var isQuiescing = false
  /// What the bodies in work take of the budget, and the one that is read.
  private var (held, reading): ([Int], Int) = ([], 0)
  /// When something has to be over.
  private var due: NIODeadline?
  private var timer: (task: Scheduled<Void>, at: NIODeadline)?

  init(_ limits: ConnectionLimits, _ budget: BodyBudget) {
    (self.limits, self.budget) = (limits, budget)
  }

  // Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let part): append(part, context)
    case .end: end(context)
    }
  }

  private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
    guard case .head = phase, !isLast else { return }
    var head = head
    if let field = Refusal.field { head.headerFields[field] = nil }
    let words = head.headerFields[.connection]?.lowercased().split(separator: ",") ?? []
    if words.contains(where: { $0.filter { $0 != " " } == "close" }) { isLast = true }
    let length = head.headerFields[.contentLength].flatMap { Int($0) }
    if let length, length > limits.maxBody { return refuse(head, .tooLarge, context) }
    if head.headerFields[.expect]?.lowercased() == "100-continue" {
      context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }
    var body = ByteBuffer()
    // A client may promise what it never sends.
    if let length { body.reserveCapacity(min(length, 1 << 20)) }
    phase = .body(head, body)
    setDue(in: limits.readTimeout, context)
  }

  private func append(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
    guard case .body(let head, var body) = phase else { return }
    // One owner, so that appending copies only the part.
    phase = .head
    let size = part.readableBytes
    guard body.readableBytes + size <= limits.maxBody else {
      return refuse(head, .tooLarge, context)
    }
    guard budget.take(size) else { return refuse(head, .busy, context) }
    reading += size
    body.writeImmutableBuffer(part)
    phase = .body(head, body)
  }

  private func end(_ context: ChannelHandlerContext) {
    switch phase {
    case .body(let head, let body): handOn(head, body, next: .head, context)
    case .refused:
      phase = .over
      if inFlight == 0 { context.close(promise: nil) }
    case .head, .over: break
    }
  }

  private func handOn(
    _ head: HTTPRequest,
    _ body: ByteBuffer,
    next: Phase,
    _ context: ChannelHandlerContext
  ) {
    phase = next
    inFlight += 1
    held.append(reading)
    (reading, due) = (0, nil)
    context.fireChannelRead(wrapInboundOut(.head(head)))
    if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
    context.fireChannelRead(wrapInboundOut(.end(nil)))
  }

  /// Hands on a request without its body, marked with what is wrong; it is the last one.
  private func refuse(_ head: HTTPRequest, _ why: Refusal, _ context: ChannelHandlerContext) {
    var head = head
    if let field = Refusal.field { head.headerFields[field] = why.rawValue }
    budget.giveBack(reading)
    (reading, isLast) = (0, true)
    handOn(head, ByteBuffer(), next: .refused, context)
  }

  // Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head) where head.status.kind != .informational:
      isAnswering = true
      setDue(in: limits.readTimeout, context)
      // Others that were handed on have an answer before the end.
      if inFlight <= 1, isLast || isQuiescing { head.headerFields[.connection] = "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .head, .body: context.write(data, promise: promise)
    case .end: answered(context, data, promise)
    }
  }

  private func answered(
    _ context: ChannelHandlerContext,
    _ data: NIOAny,
    _ promise: EventLoopPromise<Void>?
  ) {
    isAnswering = false
    inFlight = max(0, inFlight - 1)
    if !held.isEmpty { budget.giveBack(held.removeFirst()) }
    guard inFlight == 0 else {
      due = nil
      return context.write(data, promise: promise)
    }
    guard isLast || isQuiescing, !isReading else {
      // A request that is being read has its own time.
      if !isReading { setDue(in: limits.idleTimeout, context) }
      return context.write(data, promise: promise)
    }
    isLast = true
    let written = promise ?? context.eventLoop.makePromise(of: Void.self)
    setDue(in: limits.readTimeout, context)
    context.writeAndFlush(data, promise: written)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    written.futureResult.whenComplete { _ in
      let (handler, context) = bound.value
      handler.finish(context)
    }
  }

  private var isReading: Bool {
    if case .body = phase { true } else { false }
  }

  /// After the last answer: closes, or waits a little for a client that is still sending, to which closing
  /// at once would look like a broken connection without an answer.
  private func finish(_ context: ChannelHandlerContext) {
    guard case .refused = phase else { return context.close(promise: nil) }
    context.close(mode: .output, promise: nil)
    setDue(in: limits.linger, context)
  }

  // Times

  private func setDue(in time: TimeAmount, _ context: ChannelHandlerContext) {
    let moment = NIODeadline.now() + time
    due = moment
    if let timer, timer.at <= moment { return }
    timer?.task.cancel()
    schedule(moment, context)
  }

  private func schedule(_ moment: NIODeadline, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let task = context.eventLoop.scheduleTask(deadline: moment) {
      let (handler, context) = bound.value
      handler.timer = nil
      handler.timeIsUp(context)
    }
    timer = (task, moment)
  }

  private func timeIsUp(_ context: ChannelHandlerContext) {
    guard let due else { return }
    guard NIODeadline.now() >= due else { return schedule(due, context) }
    self.due = nil
    // A body that is slow has an answer; all others are cut off.
    if case .body(let head, _) = phase, !isAnswering, !isLast || inFlight == 0 {
      refuse(head, .slow, context)
      context.fireChannelReadComplete()
    } else {
      context.close(promise: nil)
    }
  }

  // The connection

  func handlerAdded(context: ChannelHandlerContext) {
    setDue(in: limits.readTimeout, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { release() }

  func channelInactive(context: ChannelHandlerContext) {
    release()
    context.fireChannelInactive()
  }

  private func release() {
    timer?.task.cancel()
    (timer, due) = (nil, nil)
    budget.giveBack(held.reduce(reading, +))
    (held, reading) = ([], 0)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ChannelShouldQuiesceEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    isQuiescing = true
    if inFlight == 0, !isReading { setDue(in: limits.grace, context) }
  }
}
