/// How the target compresses long values that a command writes. It decides how values are stored and nothing else: they are the same.
public enum ToastCompression: String, Sendable, CaseIterable {
    /// lz4 if the target offers it and its default is pglz, unchanged; otherwise as the target is set.
    case auto
    /// As the target is set.
    case keep
    /// The method of that name.
    case lz4, pglz
}

/// A method of compression, by the name that PostgreSQL has for it.
public enum ToastMethod: String, Sendable {
    /// The one that every server has; and one that takes less time, and is a choice of those who build the server.
    case pglz, lz4
}

/// What a server does with long values of columns without a method of their own (`default_toast_compression`, from PostgreSQL 14 on).
public struct ToastDefault: Sendable, Equatable {
    /// The method that sessions of the role begin with.
    public var method: String
    /// Whether that is the server's built-in default, unchanged.
    public var isBuiltIn: Bool
    /// Whether the server was built with lz4.
    public var offersLZ4: Bool

    /// Takes the facts.
    public init(method: String, isBuiltIn: Bool, offersLZ4: Bool) {
        self.method = method
        self.isBuiltIn = isBuiltIn
        self.offersLZ4 = offersLZ4
    }
}

extension ToastCompression {
    /// The method that sessions set which write rows; nil where they leave it as it is.
    func method(on server: ServerInfo) -> ToastMethod? {
        guard let known = server.toast else { return nil }
        switch self {
        case .keep: return nil
        case .auto: return known.isBuiltIn && known.offersLZ4 && known.method == ToastMethod.pglz.rawValue ? .lz4 : nil
        case .lz4: return known.offersLZ4 ? .lz4 : nil
        case .pglz: return .pglz
        }
    }

    /// Whether the server can do what was asked for. One without methods, before PostgreSQL 14, has pglz.
    func isOffered(by server: ServerInfo) -> Bool { self != .lz4 || server.toast?.offersLZ4 == true }
}

extension ToastMethod {
    /// The statement for sessions that write rows.
    var setting: String { "SET default_toast_compression TO \(rawValue)" }
}

extension Note {
    /// A remark: long values are compressed by another method than the server's.
    static func toastCompression(_ method: ToastMethod, _ request: ToastCompression) -> Note {
        Note(
            level: .info, code: .toastCompression, side: .target, table: nil,
            message: request == .auto
                ? "Long values are compressed with lz4 as they arrive, which takes less time than pglz, the server's default. The values do not change."
                : "Long values are compressed with \(method.rawValue) as they arrive. The values do not change.",
            hint: request == .auto
                ? "Columns with a method of their own keep it. To use the server's default, add --toast-compression keep."
                : nil)
    }

    /// A blocker: the target was built without lz4.
    static func noLZ4(_ server: ServerInfo) -> Note {
        Note(
            level: .blocker, code: .noLZ4, side: .target, table: nil,
            message: "The target can't compress with lz4: "
                + (server.toast == nil ? "PostgreSQL \(server.version) has pglz alone." : "it was built without it."),
            hint: "Leave out --toast-compression lz4.")
    }
}
