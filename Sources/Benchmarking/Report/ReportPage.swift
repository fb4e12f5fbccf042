/// A page for browsers: one file that loads nothing, runs nothing and works without a network.
struct ReportPage {
    let title: String
    /// Markup under the title.
    let body: String

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escapedMarkup(title))</title>
        <style>
        \(ReportStyle.sheet)
        </style>
        </head>
        <body>
        <h1>\(escapedMarkup(title))</h1>
        \(body)
        </body>
        </html>

        """
    }
}
