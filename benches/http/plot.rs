//! A plot of panels, each of which has logarithmic axes, as SVG.

use std::fmt::Write as _;

/// A diagram.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    /// What the axes count.
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) series: Vec<Series>,
}

/// A line of points.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The size of a panel, and of the margin around its lines.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 48.0;

const COLORS: [&str; 3] = ["#0969da", "#bc4c00", "#1a7f37"];

impl Panel {
    pub(crate) fn new(title: &'static str, x: &'static str, y: &'static str) -> Self {
        Self { title, x, y, series: Vec::new() }
    }

    pub(crate) fn push(&mut self, name: &'static str, points: Vec<(f64, f64)>) {
        self.series.push(Series { name, points });
    }

    /// The powers of ten around the coordinates that a function chooses.
    fn decades(&self, of: impl Fn(&(f64, f64)) -> f64) -> (i32, i32) {
        let values: Vec<f64> = self.series.iter().flat_map(|series| &series.points).map(of).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min).max(1e-6);
        let most = values.iter().copied().fold(least, f64::max);
        let (low, high) = (power(least.log10().floor()), power(most.log10().ceil()));
        (low, high.max(low + 1))
    }

    fn draw(&self, out: &mut String) {
        let (left, right) = self.decades(|point| point.0);
        let (low, high) = self.decades(|point| point.1);
        let at_x =
            |value: f64| MARGIN + (value.log10() - f64::from(left)) / f64::from(right - left) * (WIDTH - 2.0 * MARGIN);
        let at_y = |value: f64| {
            HEIGHT - MARGIN - (value.log10() - f64::from(low)) / f64::from(high - low) * (HEIGHT - 2.0 * MARGIN)
        };
        let (middle, bottom, end) = (WIDTH / 2.0, HEIGHT - MARGIN, WIDTH - MARGIN);
        writeln!(out, "<text x='{middle}' y='20' text-anchor='middle' font-weight='bold'>{}</text>", self.title)
            .unwrap();
        let below = bottom + 34.0;
        writeln!(out, "<text x='{middle}' y='{below}' text-anchor='middle'>{}</text>", self.x).unwrap();
        writeln!(out, "<text x='4' y='{}'>{}</text>", MARGIN - 10.0, self.y).unwrap();
        for decade in left..=right {
            let (value, below) = (10_f64.powi(decade), bottom + 16.0);
            let x = at_x(value);
            writeln!(out, "<path d='M{x:.1} {MARGIN}V{bottom}' stroke='#d0d7de'/>").unwrap();
            writeln!(out, "<text x='{x:.1}' y='{below}' text-anchor='middle'>{}</text>", short(value)).unwrap();
        }
        for decade in low..=high {
            let value = 10_f64.powi(decade);
            let (y, before) = (at_y(value), MARGIN - 6.0);
            writeln!(out, "<path d='M{MARGIN} {y:.1}H{end}' stroke='#d0d7de'/>").unwrap();
            writeln!(out, "<text x='{before}' y='{:.1}' text-anchor='end'>{}</text>", y + 4.0, short(value)).unwrap();
        }
        for (index, (series, color)) in self.series.iter().zip(COLORS).enumerate() {
            let points: Vec<String> =
                series.points.iter().map(|(x, y)| format!("{:.1},{:.1}", at_x(*x), at_y(*y))).collect();
            let line = points.join(" ");
            writeln!(out, "<polyline points='{line}' fill='none' stroke='{color}' stroke-width='2'/>").unwrap();
            let y = MARGIN + 16.0 + 16.0 * f64::from(u8::try_from(index).unwrap());
            writeln!(out, "<text x='{}' y='{y}' fill='{color}'>{}</text>", MARGIN + 8.0, series.name).unwrap();
        }
    }
}

/// Two panels in a row.
pub(crate) fn svg(panels: &[Panel]) -> String {
    let rows = f64::from(u8::try_from(panels.len().div_ceil(2)).unwrap());
    let (width, height) = (2.0 * WIDTH, rows * HEIGHT);
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' \
         font-family='sans-serif' font-size='12'>\n<rect width='100%' height='100%' fill='white'/>\n"
    );
    for (row, pair) in (0_u8..).zip(panels.chunks(2)) {
        for (column, panel) in (0_u8..).zip(pair) {
            let (x, y) = (f64::from(column) * WIDTH, f64::from(row) * HEIGHT);
            writeln!(out, "<g transform='translate({x} {y})'>").unwrap();
            panel.draw(&mut out);
            out.push_str("</g>\n");
        }
    }
    out + "</svg>\n"
}

/// A number with as many places as it needs.
pub(crate) fn short(value: f64) -> String {
    let places = if value >= 100.0 || value.fract() == 0.0 {
        0
    } else if value >= 1.0 {
        1
    } else {
        2
    };
    format!("{value:.places$}")
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number of a few places")]
fn power(exponent: f64) -> i32 {
    exponent as i32
}
