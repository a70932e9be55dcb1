/**
 * Doors to all pages that this person may open at this node.
 *
 * @module
 */
import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { Section } from "../parts/page.tsx";
import { text as sharedText } from "../parts/texts.ts";
import { AREAS } from "../shell/page_route.ts";
import { RouteList } from "../shell/route_list.ts";
import { isShown } from "../shell/shown.ts";
import { text } from "./texts.ts";

/** Links to all pages, by area. */
export function Doors(): VNode {
  const routes = useContext(RouteList);
  const areas = AREAS.filter((area) => area !== "home").map((area) => ({
    area,
    pages: routes.filter((route) => route.area === area && isShown(route)),
  })).filter(({ pages }) => pages.length > 0);
  return (
    <Section title={text("everything")}>
      <div class="home-doors">
        {areas.map(({ area, pages }) => (
          <div key={area}>
            <h3>
              <Icon name={area} />
              {sharedText(`area_${area}`)}
            </h3>
            <ul>
              {pages.map(({ path, title }) => (
                <li key={path}>
                  <a href={path}>{title()}</a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </Section>
  );
}
