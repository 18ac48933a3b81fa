import Foundation
import Graph

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One request, written to a file as it arrives. `run` waits for it, but never longer than it is
/// patient: whether URLSession keeps its time-outs is not relied upon.
package final class FileTransfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private let url: URL
  private let file: URL
  private let limit: Int
  private let patience: DatasetDownload.Patience

  private let condition = NSCondition()
  private var handle: FileHandle?
  private var received = 0
  private var total: Int?
  private var lastArrival: Date?
  private var result: Result<Void, DataError>?

  package init(url: URL, file: URL, limit: Int, patience: DatasetDownload.Patience) {
    self.url = url
    self.file = file
    self.limit = limit
    self.patience = patience
  }

  package func run(progress: DatasetDownload.Progress?) throws {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    guard descriptor >= 0 else {
      throw DataError.missing(
        file.path, "the file cannot be written (\(String(cString: strerror(errno))))")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let configuration = URLSessionConfiguration.ephemeral
    // Only a backstop (of whole seconds, as it is cut to those): the waiting below decides.
    configuration.timeoutIntervalForRequest =
      max(patience.connect, patience.stall).rounded(.up) + 5
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    // Not cancelled: Foundation on Linux crashes where a task is cancelled while it ends. What comes
    // of a download that nobody waits for any more is dropped, and it ends by itself.
    defer { session.finishTasksAndInvalidate() }
    session.dataTask(with: url).resume()

    let begin = Date()
    condition.lock()
    defer {
      // Chunks that come after this are dropped.
      handle = nil
      condition.unlock()
    }
    while true {
      if let progress {
        let (received, total) = (received, total)
        condition.unlock()
        defer { condition.lock() }
        try progress(received, total)
      }
      if let result { return try result.get() }
      let deadline =
        lastArrival.map { $0 + patience.stall } ?? begin + patience.connect
      if Date() >= deadline {
        throw DataError.missing(
          "",
          lastArrival == nil
            ? "no answer within \(seconds(patience.connect))"
            : "nothing arrived for \(seconds(patience.stall)), after \(received) bytes")
      }
      _ = condition.wait(until: min(deadline, Date() + 0.2))
    }
  }

  private func seconds(_ interval: TimeInterval) -> String {
    interval == interval.rounded() ? "\(Int(interval)) s" : "\(interval) s"
  }

  private func finish(_ outcome: Result<Void, DataError>) {
    if result == nil { result = outcome }
    handle = nil
    condition.signal()
  }

  package func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    condition.lock()
    defer { condition.unlock() }
    lastArrival = Date()
    if let http = response as? HTTPURLResponse, http.statusCode != 200 {
      finish(.failure(.missing("", "the server answered \(http.statusCode)")))
    }
    if response.expectedContentLength > 0 { total = Int(response.expectedContentLength) }
    completionHandler(.allow)
  }

  package func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data
  ) {
    condition.lock()
    defer { condition.unlock() }
    guard let handle else { return }
    lastArrival = Date()
    guard received + data.count <= limit else {
      dataTask.cancel()
      return finish(.failure(.missing("", "the file is larger than \(limit) bytes")))
    }
    do {
      try handle.write(contentsOf: data)
    } catch {
      dataTask.cancel()
      return finish(
        .failure(
          .missing(file.path, "the file cannot be written (\(error.localizedDescription))")))
    }
    received += data.count
  }

  package func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: Error?
  ) {
    condition.lock()
    defer { condition.unlock() }
    if let error {
      finish(.failure(.missing("", error.localizedDescription)))
    } else if let total, received != total {
      finish(.failure(.missing("", "the connection ended after \(received) of \(total) bytes")))
    } else {
      finish(.success(()))
    }
  }
}
