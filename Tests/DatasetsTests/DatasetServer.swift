import Foundation

/// A server on this machine that treats every connection in the same way, for tests of downloads.
final class DatasetServer: @unchecked Sendable {
  /// What becomes of a connection.
  enum Behaviour {
    /// It is refused.
    case refusal
    /// An answer with this status and body.
    case answer(status: Int, body: [UInt8])
    /// An answer with the file that the request's path ends with, or with 404.
    case files([String: [UInt8]])
    /// An answer that promises the body and stops after so many bytes of it.
    case breakOff(body: [UInt8], after: Int)
    /// The same, but the connection stays open.
    case stall(body: [UInt8], after: Int)
    /// Nothing.
    case silence
  }

  let port: UInt16
  /// The server's own until the loop of its thread has ended: a number that is closed earlier may be
  /// given to whatever is opened next.
  private let listener: Int32
  private let lock = NSLock()
  private var connections: [Int32] = []
  private var isStopping = false
  private let ended = DispatchSemaphore(value: 0)

  init(_ behaviour: Behaviour) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // The system chooses a port that is free; bound and not listened to it refuses all.
        bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard listener >= 0, bound else {
      close(listener)
      throw POSIXError(.EADDRNOTAVAIL)
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    if case .refusal = behaviour {
      ended.signal()
      return
    }
    guard listen(listener, 8) == 0 else {
      close(listener)
      throw POSIXError(.EADDRNOTAVAIL)
    }
    Thread.detachNewThread { [self] in
      while let connection = next() { serve(connection, behaviour) }
      ended.signal()
    }
  }

  /// Closes everything, once nobody uses it any more.
  func stop() {
    lock.withLock {
      isStopping = true
      for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
    ended.wait()
    close(listener)
    for connection in connections { close(connection) }
  }

  /// The next connection; nil once the server stops.
  private func next() -> Int32? {
    while true {
      let connection = accept(listener, nil, nil)
      if connection < 0 {
        guard errno == EINTR || errno == ECONNABORTED else { return nil }
        continue
      }
      let isWanted = lock.withLock {
        if !isStopping { connections.append(connection) }
        return !isStopping
      }
      if isWanted { return connection }
      close(connection)
      return nil
    }
  }

  private func end(_ connection: Int32) {
    lock.withLock { connections.removeAll { $0 == connection } }
    close(connection)
  }

  var url: URL { URL(string: "http://127.0.0.1:\(port)/x.zip")! }

  private func serve(_ connection: Int32, _ behaviour: Behaviour) {
    var request = [UInt8](repeating: 0, count: 65_536)
    let received = recv(connection, &request, request.count, 0)
    func write(_ status: Int, _ length: Int, _ body: ArraySlice<UInt8>) {
      let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n"
      let bytes = Array(head.utf8) + body
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        sent += count
      }
    }
    switch behaviour {
    case .answer(let status, let body): write(status, body.count, body[...])
    case .files(let files):
      // GET /folder/name HTTP/1.1
      let line =
        String(decoding: request.prefix(max(0, received)), as: UTF8.self)
        .split(separator: " ").dropFirst().first ?? ""
      let body = files[String(line.split(separator: "/").last ?? "")]
      write(body == nil ? 404 : 200, body?.count ?? 0, body?[...] ?? [])
    case .breakOff(let body, let after): write(200, body.count, body[..<after])
    case .stall(let body, let after):
      // Both stay open until the server stops.
      return write(200, body.count, body[..<after])
    case .silence: return
    case .refusal: preconditionFailure("no connection is accepted")
    }
    end(connection)
  }
}
