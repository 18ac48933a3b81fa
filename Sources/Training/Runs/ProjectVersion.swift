/// What this program is and what it was built with.
package enum ProjectVersion {
  package static let current = "0.1.0"

  /// The compiler's version, as far as the language lets a program know it.
  package static var swift: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "before 6.3"
    #endif
  }
}
