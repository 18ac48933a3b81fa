import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Downloads of data sets into the cache.
public enum DatasetDownload {
  /// How long to wait for a server.
  public struct Patience: Sendable {
    /// Seconds until the first bytes of the answer.
    public var connect: TimeInterval
    /// Seconds without any bytes after that.
    public var stall: TimeInterval

    /// Short by default, so that a machine without network goes on at once.
    public init(connect: TimeInterval = 5, stall: TimeInterval = 30) {
      self.connect = connect
      self.stall = stall
    }
  }

  /// Called several times a second with the bytes received and, if the server said, their final
  /// number. What it throws ends the download and is thrown on: so a download is interrupted.
  public typealias Progress = (_ received: Int, _ total: Int?) throws -> Void

  /// Downloads a data set's archive to `destination`.
  ///
  /// The data arrive under a temporary name in the same folder. They are moved into place only
  /// once `check` has found them good; whatever fails, the temporary file is removed.
  ///
  /// - Throws: ``DataError`` (missing) that says for every address what went wrong, whether the
  ///   network, the folder or `check`; and what `progress` throws.
  public static func fetch(
    _ descriptor: DatasetDescriptor, to destination: URL, patience: Patience = Patience(),
    progress: Progress? = nil, check: (URL) throws -> Void
  ) throws {
    let folder = destination.deletingLastPathComponent()
    try prepare(folder, for: destination.lastPathComponent)
    var failures: [String] = []
    for url in descriptor.urls {
      let temporary = part(of: destination.lastPathComponent, in: folder)
      defer { unlink(temporary.path) }
      do {
        try Transfer(
          url: url, file: temporary, limit: descriptor.downloadLimit, patience: patience
        ).run(progress: progress)
        try check(temporary)
        return try move(temporary, to: destination)
      } catch let error as DataError {
        failures.append("\(url.absoluteString): \(error)")
      }
    }
    throw DataError.missing(
      "", "the download failed: " + failures.joined(separator: "; "))
  }

  /// Downloads files that belong together to `folder`, one after the other.
  ///
  /// They arrive in a temporary folder beside their places and are moved there only once all have
  /// arrived and `check`, given that folder, has found them good; whatever fails, the temporary
  /// folder is removed.
  ///
  /// - Throws: ``DataError`` (missing) that says what went wrong, whether the network, the folder or
  ///   `check`, or that there is no address; and what `progress` throws.
  public static func fetch(
    _ files: DatasetFiles, to folder: URL, patience: Patience = Patience(),
    progress: Progress? = nil, check: (URL) throws -> Void
  ) throws {
    guard let base = files.url else {
      throw DataError.missing("", "it cannot be downloaded from anywhere")
    }
    let mark = files.files[0]
    try prepare(folder, for: mark)
    let temporary = part(of: mark, in: folder)
    try prepare(temporary, for: mark)
    defer { remove(temporary) }
    var address = base
    do {
      for name in files.files {
        address = base + name
        guard let url = URL(string: address) else {
          throw DataError.missing("", "this is no address")
        }
        try Transfer(
          url: url, file: temporary.appendingPathComponent(name), limit: files.downloadLimit,
          patience: patience
        ).run(progress: progress)
      }
      address = base
      try check(temporary)
      for name in files.files {
        try move(
          temporary.appendingPathComponent(name), to: folder.appendingPathComponent(name))
      }
    } catch let error as DataError {
      throw DataError.missing("", "the download failed: \(address): \(error)")
    }
  }

  private static let partMark = ".part-"

  /// A temporary name for what arrives.
  private static func part(of name: String, in folder: URL) -> URL {
    folder.appendingPathComponent("\(name)\(partMark)\(UUID().uuidString)")
  }

  /// Makes the folder, and removes what runs that were killed while downloading have left in it.
  private static func prepare(_ folder: URL, for name: String) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.missing(
        folder.path, "the cache folder cannot be made (\(error.localizedDescription))")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for left in names where left.hasPrefix(name + partMark) {
      let place = folder.appendingPathComponent(left)
      var status = stat()
      if stat(place.path, &status) == 0, time(nil) - status.st_mtim.tv_sec > 3600 { remove(place) }
    }
  }

  private static func move(_ file: URL, to destination: URL) throws {
    guard rename(file.path, destination.path) == 0 else {
      throw DataError.missing(
        destination.path,
        "the file cannot be moved into place (\(String(cString: strerror(errno))))")
    }
  }

  /// Removes a temporary file or folder; what cannot be removed is in nobody's way.
  private static func remove(_ place: URL) { try? FileManager.default.removeItem(at: place) }
}

/// One request, written to a file as it arrives. `run` waits for it, but never longer than it is
/// patient: whether URLSession keeps its time-outs is not relied upon.
private final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
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

  init(url: URL, file: URL, limit: Int, patience: DatasetDownload.Patience) {
    self.url = url
    self.file = file
    self.limit = limit
    self.patience = patience
  }

  func run(progress: DatasetDownload.Progress?) throws {
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

  func urlSession(
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

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
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

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: Error?) {
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
