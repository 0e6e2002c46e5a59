import Testing

@testable import vecferry

@Suite struct ShownCommandTests {
    @Test(arguments: [
        (["copy", "--jobs", "4"], "vecferry copy --jobs 4"),
        (
            ["copy", "--source", "postgresql://me:geheim@db.example.com:5433/app?sslmode=require", "--create"],
            "vecferry copy --source 'dbname=app host=db.example.com port=5433 sslmode=require user=me' --create"
        ),
        (["copy", "--target=host=db password=geheim"], "vecferry copy --target=host=db"),
        (
            ["copy", "--target", #"host=db dbname='a b\'c\\d'"#],
            #"vecferry copy --target 'dbname='\''a b\'\''c\\d'\'' host=db'"#
        ),
        (["copy", "--target", "geheim"], "vecferry copy --target …"),
        (["copy", "--source", "@source.conf"], "vecferry copy --source @source.conf"),
        (["copy", "--source-password-command", "echo geheim"], "vecferry copy --source-password-command …"),
        (["copy", "--source-password-command=echo geheim"], "vecferry copy --source-password-command=…"),
        (["copy", "--bot", "it's <one>", "--bot", ""], "vecferry copy --bot 'it'\\''s <one>' --bot ''"),
        // A slip: the address in the place of something else.
        (["copy", "--table", "postgresql://me:geheim@db/app"], "vecferry copy --table …"),
    ])
    func `the command is shown as a shell takes it, without secrets`(arguments: [String], shown: String) {
        #expect(ShownCommand.text(arguments) == shown)
        #expect(!ShownCommand.text(arguments).contains("geheim"))
    }
}
