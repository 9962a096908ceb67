//! What those at home would lose if countries closed, from the tables of a month. Policy rules watch it, `measure` records it.

use super::{
    tables::Tables,
    totals::{HOME_CELLS, Totals},
};
use crate::{behaviour::Behaviour, hierarchy, world::World};

/// Tells `each` the home region, the persons at home and their losses (see [`hierarchy::leverages`]) of every cell of some home regions in
/// which there is anybody; bit `c` of a mask says that country `c` is removed.
pub fn losses(world: &World, behaviour: &Behaviour, tables: &Tables, totals: &Totals, homes: impl Iterator<Item = usize>, masks: &[u32], mut each: impl FnMut(usize, f64, &[f64])) {
    let choose = &behaviour.choose;
    for home in homes {
        for cell in 0..HOME_CELLS {
            let persons = totals.home[home * HOME_CELLS + cell].persons as f64;
            if persons > 0.0 {
                let values = tables.country_values(world, behaviour, home, cell);
                each(home, persons, &hierarchy::leverages(&values, choose.nest_go, choose.b_wage, masks));
            }
        }
    }
}
