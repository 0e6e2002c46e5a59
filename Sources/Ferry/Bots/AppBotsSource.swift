internal import Postgres

/// Where the bots come from that the application has now.
public enum AppBotsSource: Sendable, Equatable {
    /// A table of DynamoDB, by its name or ARN, which is scanned with `aws`.
    case table(String)
    /// The output of a scan, as it was read.
    case scan(AppBots)

    /// Reads the bots.
    func read(_ interrupt: Interrupt) throws(FerryError) -> AppBots {
        switch self {
        case .scan(let bots): return bots
        case .table(let name):
            let output = try AWSCommand(arguments: Self.arguments(of: name)).run(interrupt)
            do throws(AppBots.Fault) {
                return try AppBots(scan: output.utf8)
            } catch {
                throw FerryError(
                    .invalidRequest, "The table \(name) can't be used for the bots. \(error.message)",
                    hint:
                        "Give the stack's output ConversationTableName, or DatabaseConversationTableName\u{2026} of v1."
                )
            }
        }
    }

    /// The arguments of `aws` that scan a table. It also holds conversations, which are long, so only the attributes of bots are asked for.
    static func arguments(of table: String) -> [String] {
        let parts = table.split(separator: ":", omittingEmptySubsequences: false)
        let region = parts.count >= 6 && parts[0] == "arn" && !parts[3].isEmpty ? ["--region", String(parts[3])] : []
        return [
            "dynamodb", "scan", "--table-name", table, "--filter-expression", "contains(#sk, :bot)",
            "--projection-expression", "#pk, #sk, #title, #knowledge, #status, #base",
            "--expression-attribute-names",
            ##"{"#pk":"PK","#sk":"SK","#title":"Title","#knowledge":"Knowledge","#status":"SyncStatus","#base":"BedrockKnowledgeBase"}"##,
            "--expression-attribute-values", ##"{":bot":{"S":"#BOT"}}"##, "--output", "json",
        ] + region
    }
}
