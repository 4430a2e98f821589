import { createRoot } from "react-dom/client";
import styles from "./app.module.css";

enum Level { Low, High }
createRoot(document.getElementById("root")!).render(<p className={styles.note}>{Level.High} {import.meta.env.MODE}</p>);
