import ArgumentParser
import Ferry

/// Where the bots are listed that the application has now.
struct AppBotsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Bedrock Chat's DynamoDB table of conversations and bots, by name or ARN; scanned with aws. Rows of bots that it "
                + "does not have were deleted in the application, and are left out.",
            valueName: "name|arn"))
    var botsTable: String?

    @Option(
        help: ArgumentHelp(
            "The same from a file: the whole output of aws dynamodb scan; - reads standard input.", valueName: "file"))
    var botsScan: String?

    /// The longest output of a scan that is read, in bytes. A bot takes some hundred.
    private static let limit = 1 << 30

    /// Refuses two lists, and an empty name.
    func validate() throws {
        if botsTable != nil, botsScan != nil { throw ValidationError("Give either --bots-table or --bots-scan.") }
        if botsTable == "" { throw ValidationError("--bots-table is empty; give the table's name or ARN.") }
    }

    /// The engine's form of the options; nil where neither is given. Reads the file of `--bots-scan`.
    ///
    /// - Throws: `ValidationError` if that file can't be read, or is not a whole scan.
    func source() throws -> AppBotsSource? {
        if let botsTable { return .table(botsTable) }
        guard let botsScan else { return nil }
        switch Machine.read(botsScan, limit: Self.limit) {
        case .failure(let reason): throw ValidationError("--bots-scan: \(botsScan.shown) can't be read: \(reason).")
        case .tooLong:
            throw ValidationError("--bots-scan: \(botsScan.shown) is longer than \(Units.bytes(Self.limit)).")
        case .bytes(let bytes):
            do throws(AppBots.Fault) {
                return .scan(try AppBots(scan: bytes))
            } catch {
                throw ValidationError("--bots-scan: \(botsScan.shown) can't be used. \(error.message)")
            }
        }
    }
}
