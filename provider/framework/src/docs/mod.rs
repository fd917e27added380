//! Registry pages, written from the schema: the same layout that users know
//! from every other provider.

mod function;
mod page;
mod schema;
mod words;

pub use function::function_page;
pub use page::{data_source_page, ephemeral_page, provider_page, resource_page};
