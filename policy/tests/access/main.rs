//! Evaluation: AWS's documented rules as cases, its laws, the policies of five
//! public workshops, and the JSON of questions and answers.

mod cases;
mod fuzz;
mod laws;
mod oracle;
mod questions;
mod systems;
