import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A connection to a server on this machine; its blocking calls run on threads of their own, because those
/// of the tests are the server's, too.
final class Wire: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let socket: Int32
  /// What came behind the answer before; one reads at a time.
  private var rest: [UInt8] = []

  init(port: Int) throws {
    socket = systemSocket()
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // Whoever throws here runs `deinit`, which closes the socket.
    guard status == 0 else { throw Failure(description: "no connection to \(port)") }
    // No test hangs for longer.
    var time = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  func send(_ bytes: [UInt8]) {
    var place = 0
    while place < bytes.count {
      let sent = bytes[place...].withUnsafeBytes {
        systemSend(socket, $0.baseAddress, $0.count)
      }
      guard sent > 0 else { return }
      place += sent
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// The next answer; `nil` when the server ends the connection before one.
  func reply() async throws -> Reply? {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try self.read() }) }.start()
    }
  }

  /// All that comes until the server ends the connection.
  func everything() async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
          let count = recv(self.socket, &chunk, chunk.count, 0)
          guard count > 0 else { break }
          bytes += chunk[..<count]
        }
        continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
      }.start()
    }
  }

  private func read() throws -> Reply? {
    var bytes = rest
    rest = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let reply = Reply(bytes), !reply.isInformational {
        rest = Array(bytes[reply.size...])
        return reply
      }
      let count = recv(socket, &chunk, chunk.count, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET) { return Reply(bytes) }
      guard count > 0 else {
        throw Failure(description: "nothing came: \(String(cString: strerror(errno)))")
      }
      bytes += chunk[..<count]
      // What the server says before it reads a body is no answer.
      if let reply = Reply(bytes), reply.isInformational { bytes.removeFirst(reply.size) }
    }
  }
}

// The system's functions, whose names are also those of the connection's parts.

private func systemSocket() -> Int32 {
  #if canImport(Darwin)
  socket(AF_INET, SOCK_STREAM, 0)
  #else
  socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #endif
}

/// A reader that has gone is no signal; on macOS the process has to ignore it.
private func systemSend(_ socket: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
  send(socket, bytes, count, 0)
  #else
  send(socket, bytes, count, Int32(MSG_NOSIGNAL))
  #endif
}

/// An answer with its length.
struct Reply: Sendable {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]
  /// Of all of it, in bytes.
  let size: Int

  var isInformational: Bool { status < 200 }

  /// `nil` while something is missing.
  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let first = lines.first?.split(separator: " "), first.count > 1, let code = Int(first[1])
    else { return nil }
    status = code
    headers = Dictionary(
      lines.dropFirst().compactMap { line in
        line.firstIndex(of: ":").map {
          (line[..<$0].lowercased(), line[$0...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
      },
      uniquingKeysWith: { $1 }
    )
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    guard bytes.count - end.upperBound >= length else { return nil }
    body = Array(bytes[end.upperBound..<end.upperBound + length])
    size = end.upperBound + length
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON; an empty object where it is none.
  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }

  var error: String { json["error"] as? String ?? "" }

  /// Element `index` of a list of objects.
  func object(_ key: String, _ index: Int = 0) -> [String: Any] {
    let list = json[key] as? [[String: Any]] ?? []
    return list.indices.contains(index) ? list[index] : [:]
  }

  /// The numbers of the first output.
  var data: [Double] { object("outputs")["data"] as? [Double] ?? [] }
}
